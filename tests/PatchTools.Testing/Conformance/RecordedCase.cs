using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchTools.Testing.Conformance;

/// <summary>One recorded run, as its file holds it.</summary>
public sealed record RecordedCase(
    string Name,
    string Universe,
    JsonObject Document,
    IReadOnlyList<RecordedStep> Steps,
    IReadOnlyList<string> FakeOptions,
    DateTimeOffset Boot,
    IReadOnlyList<DateTimeOffset> Ends
)
{
    public static string Base { get; } = Path.Combine(AppContext.BaseDirectory, "Conformance");

    public static IEnumerable<string> Names =>
        Directory
            .GetFiles(Path.Combine(Base, "cases"), "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal);

    /// <summary>Cases that install packages for real: they run on the real tools in throw-away roots.</summary>
    public static bool Installs(string name) =>
        name.Split('-').Contains("install") && !name.StartsWith("scan-", StringComparison.Ordinal);

    /// <summary>The places where PatchTools answers otherwise on purpose, each with its rule.</summary>
    public IReadOnlyList<Difference> Divergences => Document["divergences"]?.Deserialize<List<Difference>>() ?? [];

    public byte[] Snapshot => Bytes(Document["inputs"]!["snapshot.json"]!);

    /// <summary>The states file that lay on the host before the run; null without one.</summary>
    public byte[]? PriorStates =>
        Document["inputs"]!
            .AsObject()
            .Where(file => file.Key.StartsWith("prior-", StringComparison.Ordinal))
            .Select(file => Bytes(file.Value!))
            .SingleOrDefault();

    /// <summary>The sources list that the run left behind, where it changed it; else null.</summary>
    public byte[]? SourcesAfter => Document["expected"]!["sources-after.list"] is { } sources ? Bytes(sources) : null;

    /// <summary>os-release of the recorded host; null for the Debian one of the apt cases.</summary>
    public string? OsRelease { get; init; }

    /// <summary>Product text that the service answered with.</summary>
    public string Product { get; init; } = "Debian12";

    public bool IsRpm => OsRelease is not null;

    public bool IsSuse => OsRelease?.Contains("suse", StringComparison.Ordinal) ?? false;

    /// <summary>How the service was made for it.</summary>
    public IReadOnlyList<string> ServiceOptions => ["--product", Product, .. FakeOptions];

    public IEnumerable<(string Bucket, string Key, byte[] Content)> S3Objects =>
        from file in Document["inputs"]!.AsObject()
        let parts = file.Key.Split('/', 3)
        where parts is ["s3", _, _]
        select (parts[1], parts[2], Bytes(file.Value!));

    public static RecordedCase Load(string name)
    {
        var document = JsonNode.Parse(File.ReadAllText(FileOf(name)))!.AsObject();
        var json = document["case"]!.AsObject();
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
                        (int)document["expected"]![$"exit-{i}"]!
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
            document,
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
            .. Document["expected"]!
                .AsObject()
                .Where(file => file.Key.StartsWith("requests-", StringComparison.Ordinal))
                .SelectMany(file => file.Value!.AsArray())
                .Select(request => request!.AsObject())
                .Where(r =>
                    (string?)r["operation"]
                        is "GetDeployablePatchSnapshotForInstance"
                            or "PutInventory"
                            or "PutComplianceItems"
                ),
        ];

    /// <summary>A file that the recording left under the state directory after a step, or null.</summary>
    public JsonNode? StateFile(int step, string file) =>
        Document["expected"]![$"state-{step}/patch-configuration/{file}"]?.DeepClone();

    /// <summary>
    /// What dpkg (name, version and status) or rpm (name, version and install time) listed after a step, a tab between.
    /// </summary>
    public string Packages(int step) =>
        Text(Document["expected"]![$"state-{step}/{(IsRpm ? "rpm.txt" : "dpkg.txt")}"]!);

    /// <summary>Names below the state directory after a step.</summary>
    public IReadOnlyList<string> Tree(int step) =>
        [.. Text(Document["expected"]![$"state-{step}/tree.txt"]!).Split('\n').Where(line => line.Length > 0)];

    private static string FileOf(string name) => Path.Combine(Base, "cases", name + ".json");

    /// <summary>A file that is not JSON is kept as the lines of its text.</summary>
    private static string Text(JsonNode file) =>
        string.Join('\n', file["text"]!.AsArray().Select(line => (string)line!));

    private static byte[] Bytes(JsonNode file) =>
        file is JsonObject { Count: 1 } text && text.ContainsKey("text")
            ? Encoding.UTF8.GetBytes(Text(file))
            : JsonSerializer.SerializeToUtf8Bytes(file);

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
