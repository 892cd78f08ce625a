using System.Formats.Tar;
using System.Text.Json.Nodes;
using PatchTools.Adapters;
using PatchTools.Adapters.Yaml;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Engine.Tests.Snapshots;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Reports;
using PatchTools.Reports.Completing;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Snapshots;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>
/// Recorded installs of the reference, without the installing: its package database before and after, the baseline and
/// the list go in; what would be chosen, and the report on what was installed, come out. Only the listed differences
/// are allowed.
/// </summary>
public sealed class RecordedInstallTests : IDisposable
{
    private static readonly DateTimeOffset _end = new(2026, 11, 23, 6, 33, 44, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<(string Name, string Architecture, string Version), string> _offered = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_recorded_install_by_an_override_list_is_chosen_and_reported_the_same_but_for_the_version_order()
    {
        var (chosen, differences) = await RunAsync("install-override-list", 194);
        Assert.Equal(
            [
                "p-dep-app 1.0-1 → 2.0-1",
                "p-lex-two 1.8-1 → 1.10-1",
                "p-main-upgradable 1.0-1 → 1.1-1",
                "p-sec-missing 1.0-1 → 1.0-1+deb12u1",
            ],
            chosen.Targets.Select(t => t.ToString())
        );
        Assert.Empty(chosen.Held);
        Assert.Equal(
            [
                "+ p-tilde.amd64:1.0-1 Missing UNSPECIFIED Security optional s3://oracle/list.yaml",
                "- p-tilde.amd64:1.0~rc2-1 Missing UNSPECIFIED Security optional s3://oracle/list.yaml",
            ],
            differences
        );
    }

    /// <summary>
    /// The reference installed what is greatest as text; that it is pending although a newer version failed is the
    /// QUIRK of reference 09 §1.
    /// </summary>
    [Fact]
    public async Task A_recorded_install_with_rejected_patches_is_reported_the_same_but_for_the_order_of_versions()
    {
        var (chosen, differences) = await RunAsync("install-rejected-block", 196);
        Assert.DoesNotContain(chosen.Targets, t => t.Name == "p-rej-missing");
        Assert.Equal("p-held", Assert.Single(chosen.Held).Target.Name);
        string[] pending =
        [
            "+ p-lex-two.amd64:1.9-1 InstalledPendingReboot UNSPECIFIED Security optional",
            "+ p-tilde.amd64:1.0~rc2-1 InstalledPendingReboot UNSPECIFIED Security optional",
        ];
        Assert.Equal(
            [
                "- InstalledPendingRebootCount 23",
                "+ InstalledPendingRebootCount 25",
                "- SecurityNonCompliantCount 29",
                "+ SecurityNonCompliantCount 31",
                .. pending,
            ],
            differences
        );
        Assert.Equal(
            [
                "- InstalledPendingRebootCount 27",
                "+ InstalledPendingRebootCount 29",
                "- SecurityNonCompliantCount 30",
                "+ SecurityNonCompliantCount 32",
                .. pending,
            ],
            (await RunAsync("install-rejected-allow", 196)).Differences
        );
    }

    private async Task<(InstallSelection Chosen, IReadOnlyList<string> Differences)> RunAsync(string name, int exitCode)
    {
        var root = _directory.File(name);
        Directory.CreateDirectory(root);
        LayOut(root);
        // The run with a list had the snapshot of the recorded scan.
        var snapshot = File.Exists(RecordedPath(name, "snapshot.json"))
            ? Recorded(name, "snapshot.json")
            : RecordedDocuments.Read("scan-default.json");
        var baseline = SnapshotReader.Read(snapshot, "snapshot.json").Baseline;
        var list = File.Exists(RecordedPath(name, "list.yaml"))
            ? InstallOverrideFile.Parse(Recorded(name, "list.yaml"), "s3://oracle/list.yaml", new OverrideListReader())
            : null;

        var before = await InventoryAsync(root);
        var chosen = InstallSelection.Of(BaselineEvaluator.Evaluate(Request(before, baseline, list)));
        Install(root, name);
        var after = Request(await InventoryAsync(root), baseline, list);
        var report = BaselineEvaluator.Evaluate(after);
        report = ReportPublisher.Complete(
            report,
            new PatchingOutcome { ExitCode = exitCode, CurrentInstalled = CurrentInstalled.Of(before, report) }
        );

        var items = JsonNode.Parse(Recorded(name, "PutInventory-1.json"))!["Items"]!.AsArray();
        var summary = items.Single(i => (string?)i!["TypeName"] == "AWS:PatchSummary")!["Content"]![0]!.AsObject();
        var expected = items.Single(i => (string?)i!["TypeName"] == "AWS:ComplianceItem")!["Content"]!
            .AsArray()
            .Select(e => Line(e!.AsObject().Select(m => KeyValuePair.Create(m.Key, (string)m.Value!))))
            .ToHashSet(StringComparer.Ordinal);
        expected.UnionWith(summary.Where(m => IsCount(m.Key)).Select(m => $"{m.Key} {m.Value}"));
        var actual = ReportItems.Compliance(report).Content!.Select(Line).ToHashSet(StringComparer.Ordinal);
        actual.UnionWith(
            ReportItems.Summary(report).Content![0].Where(m => IsCount(m.Key)).Select(m => $"{m.Key} {m.Value}")
        );
        IReadOnlyList<string> differences =
        [
            .. expected
                .Except(actual)
                .Select(l => $"- {l}")
                .Concat(actual.Except(expected).Select(l => $"+ {l}"))
                .OrderBy(l => l[2..], StringComparer.Ordinal),
        ];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', differences));
        return (chosen, differences);

        static bool IsCount(string member) =>
            member.EndsWith("Count", StringComparison.Ordinal)
            || member is "InstallOverrideList" or "NonCompliantSeverity";
        static string Line(IEnumerable<KeyValuePair<string, string>> entry)
        {
            var members = entry.ToDictionary(StringComparer.Ordinal);
            return string.Join(
                ' ',
                new[] { "Title", "PatchState", "Severity", "Classification", "PatchSeverity", "InstallOverrideList" }
                    .Select(m => members.GetValueOrDefault(m) ?? "")
                    .Where(t => t.Length > 0)
            );
        }
    }

    private static EvaluationRequest Request(
        HostInventory inventory,
        PatchBaseline baseline,
        InstallOverrideList? list
    ) =>
        new()
        {
            Snapshot = new PatchSnapshot
            {
                SnapshotId = "11111111-2222-4333-8444-555555555555",
                Origin = SnapshotOrigin.Service,
                Baseline = baseline,
                Product = "Debian12",
                OperationStart = _end.AddSeconds(-4),
            },
            Inventory = inventory,
            Now = _end,
            Operation = PatchOperation.Install,
            OperationText = "Install",
            InstallOverrideList = list,
            RebootOption = RebootOption.NoReboot,
            ExecutionId = "99999999-8888-4777-8666-555555555555",
        };

    private static async Task<HostInventory> InventoryAsync(string root)
    {
        var host = ReportSamples.Host(root, _end) with
        {
            Paths = new HostPaths
            {
                Root = root,
                StateDirectory = Path.Combine(root, "ssm"),
                DataDirectory = Path.Combine(root, "data"),
            },
        };
        var manager = new AptPackageManager(
            new HostSession(
                host,
                new ProcessRunner(host, SilentObserver.Instance),
                new AdapterFactory().CreateDecompressor()
            )
        );
        return await manager.GetInventoryAsync(
            new InventoryRequest(),
            SilentObserver.Instance,
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>The database and the lists as they were, and the stanzas of everything on offer.</summary>
    private void LayOut(string root)
    {
        Extract(
            "apt-state-base.tar.xz",
            (path, content) =>
            {
                if (path.EndsWith("/Packages", StringComparison.Ordinal))
                    Remember(content);
                return path == "dpkg/extended_states" ? "var/lib/apt/extended_states"
                    : path.StartsWith("dpkg/", StringComparison.Ordinal) ? $"var/lib/{path}"
                    : path == "sources.list" ? "etc/apt/sources.list"
                    : null;
            }
        );
        Extract("lists-base.tar.xz", (path, _) => $"var/lib/apt/{path}");
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        File.WriteAllText(
            Path.Combine(root, "etc", "os-release"),
            "ID=debian\nVERSION_ID=\"12\"\nNAME=\"Debian GNU/Linux\"\n"
        );

        void Extract(string archive, Func<string, byte[], string?> place)
        {
            using var plain = new MemoryStream();
            using (
                var xz = new AdapterFactory()
                    .CreateDecompressor()
                    .Open(
                        CompressionFormat.Xz,
                        File.OpenRead(ReportSamples.Repository(Path.Combine("tests", "Conformance", archive)))
                    )
            )
                xz.CopyTo(plain);
            plain.Position = 0;
            using var tar = new TarReader(plain);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    continue;
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                if (place(entry.Name, content.ToArray()) is not { } relative)
                    continue;
                var path = Path.Combine(root, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content.ToArray());
            }
        }
    }

    private void Remember(byte[] packages)
    {
        foreach (var stanza in Stanzas(System.Text.Encoding.UTF8.GetString(packages)))
            _offered[(Field(stanza, "Package"), Field(stanza, "Architecture"), Field(stanza, "Version"))] = stanza;
    }

    /// <summary>
    /// Makes the database what the recorded run left: each package at its version, with the stanza of the archive that
    /// offers it.
    /// </summary>
    private void Install(string root, string name)
    {
        var status = Path.Combine(root, "var/lib/dpkg/status");
        var old = Stanzas(File.ReadAllText(status))
            .ToDictionary(s => (Field(s, "Package"), Field(s, "Architecture"), Field(s, "Version")));
        var now = File.ReadLines(RecordedPath(name, "dpkg.txt"))
            .Select(line =>
            {
                // p-arch-all:all	1.0-1+deb12u1	install ok installed
                var columns = line.Split('\t');
                var colon = columns[0].LastIndexOf(':');
                var key = (columns[0][..colon], columns[0][(colon + 1)..], columns[1]);
                return old.TryGetValue(key, out var same) ? same : $"Status: {columns[2]}\n{_offered[key]}";
            });
        File.WriteAllText(status, string.Join("\n\n", now) + "\n");
    }

    private static string[] Stanzas(string text) => text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

    private static string Field(string stanza, string name) =>
        stanza.Split('\n').First(l => l.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];

    private static byte[] Recorded(string name, string file) => File.ReadAllBytes(RecordedPath(name, file));

    private static string RecordedPath(string name, string file) =>
        ReportSamples.Repository(
            Path.Combine("tests", "PatchTools.Engine.Tests", "Evaluation", "Recorded", name, file)
        );
}
