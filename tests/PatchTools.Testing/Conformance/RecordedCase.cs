using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchTools.Testing.Conformance;

/// <summary>One recorded run, as its folder holds it.</summary>
public sealed record RecordedCase(
    string Name,
    string Universe,
    string Folder,
    IReadOnlyList<RecordedStep> Steps,
    IReadOnlyList<string> FakeOptions,
    DateTimeOffset Boot,
    IReadOnlyList<DateTimeOffset> Ends
)
{
    public static string Base { get; } = Path.Combine(AppContext.BaseDirectory, "Conformance");

    public static IEnumerable<string> Names =>
        Directory.GetDirectories(Path.Combine(Base, "cases")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!;

    /// <summary>Cases that install packages for real: they run on the real tools in throw-away roots.</summary>
    public static bool Installs(string name) =>
        name.Split('-').Contains("install") && !name.StartsWith("scan-", StringComparison.Ordinal);

    public string DivergencesFile => Path.Combine(Folder, "divergences.json");

    public byte[] Snapshot => File.ReadAllBytes(Path.Combine(Folder, "inputs", "snapshot.json"));

    public string? PriorStates => Directory.GetFiles(Path.Combine(Folder, "inputs"), "prior-*.json").SingleOrDefault();

    /// <summary>os-release of the recorded host; null for the Debian one of the apt cases.</summary>
    public string? OsRelease { get; init; }

    /// <summary>Product text that the service answered with.</summary>
    public string Product { get; init; } = "Debian12";

    public bool IsRpm => OsRelease is not null;

    public bool IsSuse => OsRelease?.Contains("suse", StringComparison.Ordinal) ?? false;

    /// <summary>How the service was made for it.</summary>
    public IReadOnlyList<string> ServiceOptions => ["--product", Product, .. FakeOptions];

    public IEnumerable<(string Bucket, string Key, byte[] Content)> S3Objects
    {
        get
        {
            var root = Path.Combine(Folder, "inputs", "s3");
            if (!Directory.Exists(root))
                yield break;
            foreach (var file in Directory.GetFiles(root, "*", SearchOption.AllDirectories))
            {
                var parts = Path.GetRelativePath(root, file).Split('/', 2);
                yield return (parts[0], parts[1], File.ReadAllBytes(file));
            }
        }
    }

    public static RecordedCase Load(string name)
    {
        var folder = Path.Combine(Base, "cases", name);
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "case.json")))!.AsObject();
        var steps = json["steps"]!
            .AsArray()
            .Select(
                (s, i) =>
                    new RecordedStep(
                        (string)s!["operation"]!,
                        (string)s["reboot"]!,
                        (string?)s["baseline_override"],
                        (string?)s["override_list"],
                        (string?)s["instance"] ?? "i-0123456789abcdef0",
                        (string?)s["creds"] == "imds",
                        (bool?)s["fresh_fake"] ?? false,
                        (string?)s["pre"],
                        int.Parse(
                            File.ReadAllText(Path.Combine(folder, "expected", $"exit-{i}")).Trim(),
                            System.Globalization.CultureInfo.InvariantCulture
                        )
                    )
                    {
                        AssociationId = (string?)s["association"]?["id"],
                        AssociationSeverity = (string?)s["association"]?["severity"],
                    }
            )
            .ToList();
        return new RecordedCase(
            name,
            (string?)json["universe"] ?? "base",
            folder,
            steps,
            [.. json["fake_options"]!.AsArray().Select(o => (string)o!)],
            Instant(json["boot"]) ?? new DateTimeOffset(2026, 11, 23, 5, 52, 56, TimeSpan.Zero),
            [.. json["uploads"]?.AsArray().Select(u => Instant(u!["end"])!.Value) ?? []]
        )
        {
            OsRelease = (string?)json["system"]?["release"],
            Product = (string?)json["system"]?["product"] ?? "Debian12",
        };
    }

    /// <summary>The recorded calls of SSM, over all steps.</summary>
    public IReadOnlyList<JsonObject> Calls =>
        [
            .. Directory
                .GetFiles(Path.Combine(Folder, "expected"), "requests-*.jsonl")
                .Order(StringComparer.Ordinal)
                .SelectMany(File.ReadLines)
                .Select(line => JsonNode.Parse(line)!.AsObject())
                .Where(r =>
                    (string?)r["operation"]
                        is "GetDeployablePatchSnapshotForInstance"
                            or "PutInventory"
                            or "PutComplianceItems"
                ),
        ];

    /// <summary>A file that the recording left under the state directory after a step, or null.</summary>
    public JsonNode? StateFile(int step, string file)
    {
        var path = Path.Combine(Folder, "expected", $"state-{step}", "patch-configuration", file);
        return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null;
    }

    /// <summary>
    /// What dpkg (name, version and status) or rpm (name, version and install time) listed after a step, a tab between.
    /// </summary>
    public string Packages(int step) =>
        File.ReadAllText(Path.Combine(Folder, "expected", $"state-{step}", IsRpm ? "rpm.txt" : "dpkg.txt"));

    /// <summary>Names below the state directory after a step.</summary>
    public IReadOnlyList<string> Tree(int step) =>
        [
            .. File.ReadLines(Path.Combine(Folder, "expected", $"state-{step}", "tree.txt"))
                .Where(line => line.Length > 0),
        ];

    private static DateTimeOffset? Instant(JsonNode? node) => node is null ? null : node.Deserialize<DateTimeOffset>();
}

/// <summary>One step of a case.</summary>
/// <param name="Before">A line of shell that was run before the step.</param>
public sealed record RecordedStep(
    string Operation,
    string RebootOption,
    string? BaselineOverride,
    string? InstallOverrideList,
    string InstanceId,
    bool CredentialsFromMetadata,
    bool FreshService,
    string? Before,
    int ExitCode
)
{
    /// <summary>The association that the step belonged to; null for a plain command.</summary>
    public string? AssociationId { get; init; }

    public string? AssociationSeverity { get; init; }
}
