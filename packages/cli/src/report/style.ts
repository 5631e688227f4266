/** Style sheet of the report. */
export const STYLE = `
:root{color-scheme:light;--ink:#1c2430;--soft:#5b6675;--line:#dfe4ea;--paper:#fff;--back:#f5f7f9;--warn:#9a3412;--warnback:#fff4ec}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:1040px;margin:0 auto;padding:0 24px}
header{padding-top:36px}h1{font-size:28px;line-height:1.2;margin:0 0 8px;letter-spacing:-.01em}
h2{font-size:19px;margin:0 0 10px}h3{font-size:15px;margin:0 0 8px}
.lead{color:var(--soft);margin:0 0 18px;max-width:75ch}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:14px}
.card,section{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:18px 20px}
section{margin:18px 0}
.card i,.legend i,th i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:7px;vertical-align:-1px;border:1px solid rgba(0,0,0,.15)}
.card dl{display:grid;grid-template-columns:1fr auto;gap:2px 12px;margin:0;font-variant-numeric:tabular-nums}
.card dt{color:var(--soft)}.card dd{margin:0;text-align:right}.rule{color:var(--soft);font-size:13px;margin:8px 0 0}
.caveats{margin:0 0 12px;padding:0;list-style:none}.caveats li{padding:7px 12px;margin:5px 0;border-left:3px solid #94a3b8;background:#f3f5f8;border-radius:0 5px 5px 0;font-size:14px}
.caveats li.must{border-color:var(--warn);background:var(--warnback)}.caveats b{color:var(--warn)}.who{color:var(--soft);font-size:12px;white-space:nowrap}
details{margin:4px 0 12px;font-size:14px}summary{cursor:pointer;color:var(--soft)}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:4px 8px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th[scope=row],td.name,thead th:first-child{text-align:left}td.name{color:var(--soft);white-space:normal;min-width:150px}
th.group{text-align:center;border-bottom:3px solid}td.none{color:#aab3bf}small{color:var(--soft)}
figure{margin:6px 0 14px}figure.grid{display:flex;flex-wrap:wrap;gap:10px 14px}svg{max-width:100%;height:auto}
svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--ink)}svg .tick,svg .label{fill:var(--soft);font-size:10px}
svg .title{font-weight:600;font-size:12.5px}svg .counts{font-size:10.5px}svg .row{font-size:11.5px}
svg .grid{stroke:#e6eaef;stroke-width:1}svg .onset{stroke:#8a94a3;stroke-dasharray:3 3}
.legend{display:flex;gap:18px;font-size:13px;color:var(--soft);margin:2px 0 6px}
dl.facts{display:grid;grid-template-columns:minmax(110px,auto) 1fr;gap:3px 16px;margin:0 0 14px;font-size:14px}dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}
main ul:not(.caveats){margin:0;padding-left:20px;font-size:14px}main ul:not(.caveats) li{margin:4px 0;overflow-wrap:anywhere}
footer{color:var(--soft);font-size:12.5px;padding-bottom:32px}
@media print{body{background:#fff}section,.card{border-color:#bbb;break-inside:avoid}}
`.replace(/\n/g, "");
