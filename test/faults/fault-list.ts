/** A test that shows a fault: its file, its title as it stands there, and the row of its table where it has one. */
export type Shown = readonly [file: string, title: string, row?: string];

/** A fault of the list, and what shows how it is met; or why it cannot be provoked here. */
export interface FaultEntry {
  readonly fault: string;
  readonly shown?: readonly Shown[];
  readonly unprovoked?: string;
}

const HTTP = "packages/storage/src/http.test.ts";
const RETRIED = "packages/storage/src/layers/retried.test.ts";
const DISK = "packages/storage/src/layers/disk-cached.test.ts";
const DOWNLOAD = "packages/storage/src/download/download.test.ts";
const S3_DOWNLOAD = "packages/storage/src/download/s3-download.test.ts";
const LOCK = "packages/storage/src/download/file-lock.test.ts";
const PROCESSES = "test/download-processes.test.ts";
const LOCAL = "packages/storage/src/local.test.ts";
const HDF5 = "packages/formats/src/hdf5/hdf5-io.test.ts";
const NPY = "packages/formats/src/npy.test.ts";
const CLOCK = "packages/nwb/src/series-clock.test.ts";
const LFPACK = "packages/ibl-adapter/src/lfp/lfpack-archives.test.ts";
const ALLEN = "test/allen/bad-input.test.ts";
const COMMANDS = "test/cli/bad-input.test.ts";
const NEW_TRANSPORT = "test/faults/transport.test.ts";
const NEW_STORAGE = "test/faults/storage.test.ts";

const defect = (file: string): Shown => [LFPACK, "%s", `malformed/${file}`];

export const FAULTS: Readonly<Record<"transport" | "content" | "storage" | "semantics", readonly FaultEntry[]>> = {
  transport: [
    {
      fault: "connection cut at every k-th byte",
      shown: [
        [NEW_TRANSPORT, "at every k-th byte goes on from there, and each byte comes once"],
        [NEW_TRANSPORT, "at every k-th byte of a read is an error that may pass, never a short read"],
        [S3_DOWNLOAD, "goes on after %i bytes if it is the same"],
      ],
    },
    {
      fault: "stall without close",
      shown: [
        [HTTP, "ends a connection on which nothing comes after %i bytes"],
        [DOWNLOAD, "by a connection that brings nothing is noticed"],
      ],
    },
    {
      fault: "slow trickle",
      shown: [
        [HTTP, "ends a body that trickles"],
        [HTTP, "waits for a slow body that keeps coming"],
        [DOWNLOAD, "by a connection that trickles goes on over another"],
      ],
    },
    {
      fault: "200 with a shorter body",
      shown: [
        [DOWNLOAD, "%s is not fetched at all", "shorter than the catalogue says"],
        [HTTP, "calls a connection that breaks off in the body retryable"],
        [HTTP, "notices a chunked body that breaks off"],
      ],
    },
    {
      fault: "200 with a longer body",
      shown: [
        [DOWNLOAD, "%s is not fetched at all", "longer than the catalogue says"],
        [DOWNLOAD, "without a stated length ends where the catalogue says"],
      ],
    },
    {
      fault: "206 with a wrong Content-Range",
      shown: [
        [HTTP, "refuses an answer with %s", "another place"],
        [DOWNLOAD, "begins anew when the answer states %s", "another range"],
      ],
    },
    {
      fault: "range ignored (200 to a range request)",
      shown: [
        [HTTP, "cuts the whole object when the server ignores ranges"],
        [DOWNLOAD, "begins anew when the server forgets ranges"],
      ],
    },
    {
      fault: "416 at the exact size",
      shown: [
        [NEW_TRANSPORT, "at the very end is refused by the server, and is no bytes"],
        [DOWNLOAD, "that was whole when it stopped asks nothing"],
      ],
    },
    {
      fault: "loops of redirects",
      shown: [
        [HTTP, "follows five, and calls more of them final"],
        [DOWNLOAD, "redirects are followed, to the same account only, and not for ever"],
      ],
    },
    {
      fault: "presigned address that expires in the middle of a file",
      shown: [[NEW_TRANSPORT, "that expires in the middle leaves the part, which goes on with a new signature"]],
    },
    {
      fault: "403, 404, 429, 500, 502, 503, and Retry-After",
      shown: [
        [HTTP, "calls status %i retryable"],
        [HTTP, "calls status %i final"],
        [HTTP, "takes status %i for a missing key"],
        [RETRIED, "waits as long as the server asks"],
        [DOWNLOAD, "with %d is asked again when it says"],
        [DOWNLOAD, "with %d is not asked again"],
      ],
    },
    {
      fault: "error page of HTML with status 200",
      shown: [
        [DOWNLOAD, "%s is not fetched at all", "a page of HTML with status 200"],
        [HDF5, "%j", "<!DOCTYPE html><title>404</title>"],
        ["test/alyx-server/failures.test.ts", "are a FormatError when cut, when a web page, and when no JSON"],
      ],
    },
    {
      fault: "wrong content-encoding",
      shown: [
        [HTTP, "refuses a compressed body, whose bytes are not the object's"],
        [DOWNLOAD, "because it was compressed on the way is refused"],
      ],
    },
    {
      fault: "change of the ETag between attempts",
      shown: [
        [DOWNLOAD, "begins anew when the object changed in between"],
        [DOWNLOAD, "never mixes two objects where an entity tag of a part tells them apart, %s"],
        [HTTP, "fails when the tag changed, also where the server does not look at If-Match"],
      ],
    },
    {
      fault: "weak ETag",
      shown: [
        [DOWNLOAD, "goes by the date where the entity tag is weak"],
        [HTTP, "gives a strong tag as validator, and no weak one"],
        [DISK, "keeps nothing without a strong validator"],
      ],
    },
    {
      fault: "failure of DNS",
      shown: [[NEW_TRANSPORT, "that is not known is an error that may pass, with the name"]],
    },
    {
      fault: "IPv6 that hangs",
      shown: [[NEW_TRANSPORT, "whose first address never answers is reached by the second"]],
    },
    {
      fault: "proxy that closes idle sockets",
      shown: [[NEW_TRANSPORT, "costs another connection, and no error after a retry"]],
    },
  ],
  content: [
    {
      fault: "truncated HDF5 (end in the superblock beyond the file)",
      shown: [
        [HDF5, "says so when it is cut to %i bytes"],
        [ALLEN, "that are truncated are refused with their place"],
        [COMMANDS, "whose session file is cut off after %i bytes"],
      ],
    },
    {
      fault: "bit flip in a chunk",
      shown: [
        defect("format-2/bit-flip-in-compressed-array.h5"),
        [
          "test/golden/nwb.golden.test.ts",
          "flipped_chunk: the samples of that chunk are an error, the others are read",
        ],
        ["packages/nwb/src/damage.test.ts", "%s: gives data or a typed error"],
      ],
    },
    {
      fault: "bit flip in an index",
      shown: [
        [HDF5, "in any one byte of the metadata gives values or a typed error, and the next file is none the worse"],
        ["test/fuzz-lfpack.test.ts", "reads the chunks beside a damaged last one (case %i)"],
      ],
    },
    {
      fault: "bit flip in an attribute",
      shown: [
        [HDF5, "in any one byte of the metadata gives values or a typed error, and the next file is none the worse"],
        ["packages/formats/src/hdf5/native/checksums.test.ts", "a wrong checksum is damage"],
      ],
    },
    {
      fault: "file of no bytes",
      shown: [
        [HDF5, "%j", "an empty file"],
        [NPY, "refuses other versions, other files, and empty ones"],
        [DOWNLOAD, "takes an empty file"],
      ],
    },
    {
      fault: "old Allen NWB (before 2.2.2)",
      shown: [
        ["test/allen/session-2019.test.ts", "reads light pulses from the table with the misspelt name"],
        ["packages/nwb/src/schema-version.test.ts", "reads %s"],
        ["packages/nwb/src/schema-version.test.ts", "refuses NWB 1, whose version is a dataset"],
      ],
    },
    {
      fault: "timestamps of two rows",
      shown: [
        [CLOCK, "of two rows are starts and ends"],
        ["test/allen/session-2019.test.ts", "reads running whose timestamps hold starts and ends in two rows"],
      ],
    },
    {
      fault: "timestamps that repeat or decrease",
      shown: [
        [CLOCK, "find ranges over gaps and repeated times as the definition does"],
        [CLOCK, "that decrease are an error of a search, not of reading them"],
        ["packages/allen-adapter/src/lfp/lfp-clock.test.ts", "refuses times that do not run forward"],
      ],
    },
    {
      fault: "LFP file missing where the table has one, and the reverse",
      shown: [
        [
          ALLEN,
          "of LFP that probes.csv denies are read, with a notice; one that it promises and that is not there is named",
        ],
        [COMMANDS, "with a file that its tables list and that is not there"],
      ],
    },
    {
      fault: "Parquet without a footer",
      shown: [
        ["packages/formats/src/parquet.test.ts", "are refused with their address"],
        ["test/bombs/parquet-bombs.ts", "a footer longer than its file"],
      ],
    },
    {
      fault: "npy whose header or shape lies",
      shown: [
        [NPY, "says where a cut file ends and where it should"],
        ["test/bombs/bombs.ts", "an array of 10^9 numbers without one of them"],
        [COMMANDS, "with an npy file whose header promises more than there is"],
      ],
    },
    {
      fault: "NaN in JSON",
      shown: [
        ["packages/formats/src/json.test.ts", "reads %s, which Python wrote"],
        ["test/alyx-server/failures.test.ts", "have null for NaN, with a notice that names the fields"],
      ],
    },
    { fault: "LFPack without a chunk", shown: [defect("format-1/missing-middle-chunk.h5")] },
    { fault: "LFPack with a wrong vh_shape", shown: [defect("format-1/vh-shape-rows.h5")] },
    {
      fault: "LFPack with an index out of range",
      shown: [
        defect("format-1/index-out-of-range.h5"),
        defect("format-1/index-negative.h5"),
        ["packages/ibl-adapter/src/lfp/decode-chunk.test.ts", "refuses an index %s"],
      ],
    },
    {
      fault: "LFPack of rank 0",
      shown: [defect("format-1/rank-zero.h5"), ["packages/ibl-adapter/src/lfp/chunk-plan.test.ts", "refuses %o"]],
    },
    {
      fault: "LFPack with a sync of NaN",
      shown: [
        [
          "test/faults/content.test.ts",
          "an LFPack recording whose session clock starts at NaN is read by samples, and not by seconds",
        ],
      ],
    },
    {
      fault: "LFPack with a chunk of zeros",
      shown: [
        [
          "packages/ibl-adapter/src/lfp/zero-spans.test.ts",
          "takes a whole chunk of zero factors for silence, and one without coefficients for a dropout",
        ],
        ["packages/ibl-adapter/src/lfp/decode-chunk.test.ts", "tells silence from a dropout"],
      ],
    },
    {
      fault: "LFPack of the flat, older layout",
      shown: [
        [LFPACK, "%s", "format-1/legacy-flat"],
        [LFPACK, "reads annotations of the flat layout, which the reference leaves out"],
      ],
    },
    {
      fault: "LFPack with more scales",
      shown: [defect("format-2/scale-missing.h5"), ["test/golden/lfpack.golden.test.ts", "%s"]],
    },
    { fault: "LFPack of other than 384 channels", shown: [[LFPACK, "%s", "format-2/small"]] },
  ],
  storage: [
    {
      fault: "disk full at any write",
      shown: [
        [PROCESSES, "say that the disk is full, and go on when there is room"],
        [NEW_STORAGE, "as a cache gives the bytes all the same, and counts what it did not keep"],
        [DOWNLOAD, "that the disk has no room for is refused"],
      ],
    },
    {
      fault: "cache that is read-only",
      shown: [
        [NEW_STORAGE, "%s says so before anything is asked, and works again afterwards", "EROFS"],
        [NEW_STORAGE, "as a cache gives the bytes all the same, and counts what it did not keep"],
        ["test/alyx-server/cache.test.ts", "that cannot be written cost a notice, not the answer"],
      ],
    },
    {
      fault: "rename across devices",
      shown: [[NEW_STORAGE, "is an error that names it, and the part stays for the next run"]],
    },
    {
      fault: "file system that ignores the case of names",
      shown: [[DOWNLOAD, "two files of one place are refused, whatever the case of their letters"]],
    },
    {
      fault: "long paths",
      shown: [
        [NEW_STORAGE, "with a part too long for any file system is refused before anything is asked"],
        [NEW_STORAGE, "too long as a whole is an error of the store that names it"],
      ],
    },
    {
      fault: "clocks that differ",
      shown: [
        [LOCK, "is not judged by clocks: those of the holder may be %i s off"],
        [DOWNLOAD, "until a date is waited for, and no longer than ten minutes"],
      ],
    },
    {
      fault: "change of permissions",
      shown: [
        [
          NEW_STORAGE,
          "%s says so before anything is asked, and works again afterwards",
          "once its permissions changed",
        ],
        [LOCAL, "says which file it could not read, and why"],
      ],
    },
    {
      fault: "crash between data and their record",
      shown: [
        [PROCESSES, "leave whole files and nothing else in their places when they are ended by kill -9, and go on"],
      ],
    },
    {
      fault: "kill at every boundary",
      shown: [
        [PROCESSES, "leave whole files and nothing else in their places when they are ended by kill -9, and go on"],
      ],
    },
    {
      fault: "two processes and one file",
      shown: [
        [PROCESSES, "fetch a file once between them"],
        [DISK, "is shared by processes that read, write and evict at once"],
      ],
    },
    {
      fault: "lock of a process that died",
      shown: [[LOCK, "of a process that has ended is taken over at once"]],
    },
    {
      fault: "holder of a lock that is paused for longer than the time limit",
      shown: [
        [LOCK, "fences a holder that slept: what it writes on reaches nobody"],
        [LOCK, "of a holder that lives is not taken over, however long it takes"],
      ],
    },
    {
      fault: "cache that is moved",
      shown: [
        [NEW_STORAGE, "in the middle of a download goes on where it was, and knows what it has"],
        [NEW_STORAGE, "as a cache has its blocks where it is now"],
      ],
    },
    {
      fault: "links in a circle",
      shown: [
        [LOCAL, "follows links, lists what they lead to once, and does not run in circles"],
        [
          "packages/formats/src/hdf5/hdf5-values.test.ts",
          "that lead nowhere lead to nothing; a circle and another file are errors",
        ],
      ],
    },
    {
      fault: "eviction during a read",
      shown: [
        [NEW_STORAGE, "between finding and reading it is fetched again"],
        [DISK, "is shared by processes that read, write and evict at once"],
      ],
    },
  ],
  semantics: [
    {
      fault: "release that changed under its name",
      shown: [
        [DOWNLOAD, "and was fetched before is renewed when the catalogue has a new digest"],
        [DISK, "never gives old bytes for a changed object"],
        [S3_DOWNLOAD, "is there the second time, and fetched anew when the bucket has another"],
      ],
    },
    {
      fault: "revision that was added",
      shown: [
        ["packages/ibl-adapter/src/alf-file.test.ts", "takes the revision that the index calls default, not the last"],
        ["packages/ibl-adapter/src/alf-file.test.ts", "without an index takes the last as text, and says so"],
      ],
    },
    {
      fault: "table says N, the file has M",
      shown: [
        ["packages/allen-adapter/src/session/columns.test.ts", "refuses columns that differ in length, and says which"],
        ["test/ibl/loaders.test.ts", "refuses attributes of other lengths, naming both files; one row stands for all"],
        [
          "packages/nwb/src/electrical-series.test.ts",
          "sees that electrodes do not fit the channels, and channel conversions neither",
        ],
        [
          "packages/ibl-adapter/src/one-folder.test.ts",
          "counts what is listed and not there; a name that is no ALF name is no file",
        ],
      ],
    },
    {
      fault: "id that is used again",
      shown: [
        [
          "packages/allen-adapter/src/cache/ecephys-project-cache.test.ts",
          "says which table is missing, which column, which id stands twice",
        ],
        [
          "test/alyx-server/failures.test.ts",
          "give an item that comes twice once, with a notice that the list changed",
        ],
        [ALLEN, "of another session or probe under the wanted name are refused"],
      ],
    },
    {
      fault: "manifest of another version",
      shown: [
        [ALLEN, "of another version is refused with both versions and the way out"],
        [COMMANDS, "whose manifest is of another version"],
      ],
    },
  ],
};
