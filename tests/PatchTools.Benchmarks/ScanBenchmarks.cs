using BenchmarkDotNet.Attributes;
using PatchTools.Adapters.Compression;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Snapshots;
using PatchTools.Versions;

namespace PatchTools.Benchmarks;

/// <summary>
/// Reading and judging a real-size Debian host, warm, beside the floor: decompressing the same files and counting their
/// lines. <c>PATCHTOOLS_BENCHMARK_ROOT</c> names the host's root; default <c>/</c>.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class ScanBenchmarks
{
    private WorkFolder _work = null!;
    private string _root = "";
    private string[] _lists = [];
    private AptPackageManager _manager = null!;
    private EvaluationRequest _request = null!;

    [Params("plain", "lz4")]
    public string Lists { get; set; } = "plain";

    [Params(1, 10)]
    public int Size { get; set; } = 1;

    [GlobalSetup]
    public async Task Prepare()
    {
        _work = new WorkFolder();
        var source = Environment.GetEnvironmentVariable("PATCHTOOLS_BENCHMARK_ROOT") is { Length: > 0 } root
            ? root
            : "/";
        _root = ListRoots.Copy(
            source,
            Path.Combine(_work.Path, "root"),
            Lists == "plain" ? ListRoots.Form.Plain : ListRoots.Form.Lz4,
            Size
        );
        _lists = Directory.GetFiles(Path.Combine(_root, "var/lib/apt/lists"), "*Packages*");
        var host = new HostContext
        {
            Paths = new HostPaths
            {
                Root = _root,
                StateDirectory = _work.Path,
                DataDirectory = _work.Path,
            },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };
        _manager = new AptPackageManager(
            new HostSession(host, new ProcessRunner(host, SilentObserver.Instance), new Decompressor())
        );
        var inventory = await Inventory();
        _request = new EvaluationRequest
        {
            Snapshot = new PatchSnapshot
            {
                SnapshotId = "11111111-2222-4333-8444-555555555555",
                Origin = SnapshotOrigin.Default,
                Baseline = DefaultBaselines.For("DEBIAN"),
                Product = "Debian12",
                OperationStart = TimeProvider.System.GetUtcNow(),
            },
            Inventory = inventory,
            Now = TimeProvider.System.GetUtcNow(),
            ExecutionId = "99999999-8888-4777-8666-555555555555",
        };
    }

    [GlobalCleanup]
    public void Remove() => _work.Dispose();

    /// <summary>The floor: read, decompress, count newlines.</summary>
    [Benchmark(Baseline = true)]
    public long CountLines()
    {
        long lines = 0;
        var buffer = new byte[1 << 20];
        foreach (var list in _lists)
        {
            using Stream file = new FileStream(list, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            using var plain = list.EndsWith(".lz4", StringComparison.Ordinal)
                ? new Decompressor().Open(CompressionFormat.Lz4, file)
                : file;
            int read;
            while ((read = plain.Read(buffer)) > 0)
                lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return lines;
    }

    [Benchmark]
    public Task<HostInventory> Inventory() =>
        _manager.GetInventoryAsync(new InventoryRequest(), SilentObserver.Instance, CancellationToken.None);

    [Benchmark]
    public ComplianceReport Evaluate() => BaselineEvaluator.Evaluate(_request);

    /// <summary>As <see cref="Evaluate"/>, and every explanation is opened.</summary>
    [Benchmark]
    public int EvaluateAndRead() =>
        BaselineEvaluator.Evaluate(_request).Findings.Sum(finding => finding.Explanation.Observations.Count);

    [Benchmark]
    public async Task<ComplianceReport> InventoryAndEvaluate() =>
        BaselineEvaluator.Evaluate(_request with { Inventory = await Inventory() });
}
