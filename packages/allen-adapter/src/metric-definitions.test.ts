import { type MetricDefinition, metricDefinitionSchema, ref, type UnitTable, undefinedMetrics } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { withAnalysisMetrics } from "./analysis-columns.js";
import { METRIC_DEFINITIONS } from "./metric-definitions.js";

/** Headings of the release's files. */
const UNITS =
  "PT_ratio amplitude amplitude_cutoff cumulative_drift d_prime duration firing_rate halfwidth isi_violations isolation_distance l_ratio max_drift nn_hit_rate nn_miss_rate presence_ratio recovery_slope repolarization_slope silhouette_score snr spread velocity_above velocity_below";
const ANALYSIS =
  "area_rf azimuth_rf c50_dg elevation_rf f1_f0_dg fano_dg fano_dm fano_fl fano_ns fano_rf fano_sg firing_rate_dg firing_rate_dm firing_rate_fl firing_rate_ns firing_rate_rf firing_rate_sg g_dsi_dg g_osi_dg g_osi_sg height_rf image_selectivity_ns lifetime_sparseness_dg lifetime_sparseness_dm lifetime_sparseness_fl lifetime_sparseness_ns lifetime_sparseness_rf lifetime_sparseness_sg mod_idx_dg on_off_ratio_fl on_screen_rf p_value_rf pref_dir_dm pref_dir_multi_dm pref_image_ns pref_images_multi_ns pref_ori_dg pref_ori_multi_dg pref_ori_multi_sg pref_ori_sg pref_phase_multi_sg pref_phase_sg pref_sf_multi_sg pref_sf_sg pref_speed_dm pref_speed_multi_dm pref_tf_dg pref_tf_multi_dg run_mod_dg run_mod_dm run_mod_fl run_mod_ns run_mod_rf run_mod_sg run_pval_dg run_pval_dm run_pval_fl run_pval_ns run_pval_rf run_pval_sg sustained_idx_fl time_to_peak_dg time_to_peak_dm time_to_peak_fl time_to_peak_ns time_to_peak_rf time_to_peak_sg width_rf";

const ids = (text: string) => text.split(" ").map((name) => `allen.${name}`);

describe("definitions of metrics", () => {
  it("cover every column of units.csv and of the files of analysis metrics, and no other", () => {
    const known = [...ids(UNITS), ...ids(ANALYSIS)];
    expect(undefinedMetrics(known, METRIC_DEFINITIONS)).toEqual([]);
    expect(METRIC_DEFINITIONS.map(({ id }: MetricDefinition) => id).sort()).toEqual(known.sort());
    for (const definition of METRIC_DEFINITIONS) metricDefinitionSchema.parse(definition);
  });

  it("are missed aloud where a file has a column more", () => {
    const table: UnitTable = { probe: ref("allen", "probe", "1"), rows: [], provenance: [], notices: [] };
    const metrics = {
      ...{ url: "memory:metrics.csv", rowOf: new Map<string, number>(), notices: [] },
      columns: ["g_osi_dg", "beauty_dg"].map((name) => ({ key: `allen.${name}`, values: new Float64Array() })),
    };
    expect(withAnalysisMetrics(table, metrics, "").notices).toMatchObject([
      {
        code: "metrics-undefined",
        count: 1,
        message: expect.stringContaining("allen.beauty_dg"),
        where: "memory:metrics.csv",
      },
    ]);
  });
});
