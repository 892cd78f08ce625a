using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Testing.Conformance;

/// <summary>Compares what a run sent and left behind with the recording, but for the times of the run.</summary>
public sealed class RecordedComparison(RecordedCase recorded)
{
    private static readonly string[] RunTimes =
    [
        "OperationStartTime",
        "OperationEndTime",
        "CaptureTime",
        "ExecutionTime",
    ];
    private static readonly string[] InstallTimes = ["InstalledTime", "installedTime"];
    private static readonly string[] NoRebootTimes =
    [
        "LastNoRebootInstallOperationTime",
        "lastNoRebootInstallOperationTime",
    ];
    private readonly List<JsonObject> _calls = [];

    public IList<Difference> Differences { get; } = new List<Difference>();

    /// <summary>For the test's own output.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>
    /// Set where packages are installed for real: their times from then on, the time of the install and the hashes over
    /// them are masked too.
    /// </summary>
    public DateTimeOffset? InstallsSince { get; init; }

    /// <summary>The service as the recording's options make it.</summary>
    public LoopbackAws StartService()
    {
        var aws = LoopbackAws.Start(LoopbackAwsOptions.FromRecorded(recorded.ServiceOptions, recorded.Snapshot));
        foreach (var (bucket, key, content) in recorded.S3Objects)
            aws.Objects[$"{bucket}/{key}"] = content;
        return aws;
    }

    /// <summary>
    /// Takes over the requests that a service received, and holds each to its signature and the service model.
    /// </summary>
    public void Take(LoopbackAws? aws)
    {
        foreach (var request in aws?.Requests ?? [])
        {
            Log?.Invoke(request.ToString());
            var isSigned = request.Target is not (LoopbackAws.SnapshotTarget or LoopbackAws.ImdsTarget);
            Assert.Equal(isSigned ? SignatureVerdict.Valid : SignatureVerdict.Absent, request.Signature);
            Assert.Empty(request.ModelErrors);
            if (request.Target is "GetDeployablePatchSnapshotForInstance" or "PutInventory" or "PutComplianceItems")
                _calls.Add(
                    new JsonObject
                    {
                        ["operation"] = request.Target,
                        ["status"] = request.Status,
                        ["body"] = JsonNode.Parse(request.Body),
                    }
                );
        }
    }

    public void CompareExitCode(int step, int exitCode, string? errorId)
    {
        if (exitCode != recorded.Steps[step].ExitCode)
            Differences.Add(
                new Difference(
                    $"step {step}: exit code",
                    Text(recorded.Steps[step].ExitCode),
                    errorId is null ? Text(exitCode) : $"{Text(exitCode)} {errorId}"
                )
            );
    }

    /// <summary>States and summary that a step left in its state directory.</summary>
    public void CompareStateFiles(int step, string stateDirectory)
    {
        foreach (var file in new[] { "patch-states-configuration.json", "patch-inventory-from-last-operation.json" })
        {
            var path = Path.Combine(stateDirectory, "patch-configuration", file);
            Difference.Compare(
                $"step {step}: {file}",
                Masked(recorded.StateFile(step, file), isOurs: false),
                Masked(File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null, isOurs: true),
                ordered: true,
                Differences
            );
        }
    }

    /// <summary>
    /// Packages as dpkg or rpm lists them after a step, a line each: name, version, status (rpm: none; its install
    /// times are masked), a tab between.
    /// </summary>
    public void ComparePackages(int step, string ours)
    {
        var theirs = Lines(recorded.Packages(step));
        var found = Lines(ours);
        foreach (var name in theirs.Keys.Union(found.Keys).Order(StringComparer.Ordinal))
        {
            if (theirs.GetValueOrDefault(name) != found.GetValueOrDefault(name))
                Differences.Add(
                    new Difference(
                        $"step {step}: packages[{name}]",
                        theirs.GetValueOrDefault(name),
                        found.GetValueOrDefault(name)
                    )
                );
        }

        Dictionary<string, string> Lines(string text) =>
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t'))
                .GroupBy(
                    fields => fields[0],
                    fields => recorded.IsRpm ? fields[1] : string.Join(' ', fields[1..]),
                    StringComparer.Ordinal
                )
                .ToDictionary(
                    group => group.Key,
                    group => string.Join(", ", group.Order(StringComparer.Ordinal)),
                    StringComparer.Ordinal
                );
    }

    /// <summary>
    /// Names below the state directory after a step: reboot markers and their entries, configuration, hash markers.
    /// </summary>
    public void CompareTree(int step, string stateDirectory)
    {
        var theirs = recorded.Tree(step);
        var ours = Directory.Exists(stateDirectory)
            ? Directory
                .EnumerateFileSystemEntries(stateDirectory, "*", SearchOption.AllDirectories)
                .Select(path => Masked(Path.GetRelativePath(stateDirectory, path)))
                .ToList()
            : [];
        foreach (var entry in theirs.Union(ours).Order(StringComparer.Ordinal))
        {
            if (theirs.Contains(entry) != ours.Contains(entry))
                Differences.Add(
                    new Difference(
                        $"step {step}: tree",
                        theirs.Contains(entry) ? entry : null,
                        ours.Contains(entry) ? entry : null
                    )
                );
        }

        static string Masked(string path) =>
            path.StartsWith("pb-hashes/", StringComparison.Ordinal) ? "pb-hashes/<hash>" : path;
    }

    /// <summary>
    /// Compares the calls taken so far, and fails unless all differences are exactly the listed ones, each with its
    /// reason.
    /// </summary>
    public void AssertOnlyListedDifferences()
    {
        AssertHashesAreThoseOfTheContent();
        CompareCalls();
        var accepted = recorded.Divergences;
        if (!Differences.SequenceEqual(accepted.Select(d => d with { Because = null })))
        {
            var draft = Path.Combine(RecordedCase.Base, $"{recorded.Name}.divergences.json");
            File.WriteAllText(
                draft,
                Difference.WriteList(
                    Differences.Select(d =>
                        d with
                        {
                            Because = accepted.FirstOrDefault(a => a with { Because = null } == d)?.Because,
                        }
                    )
                )
            );
            Assert.Equal(
                Difference.WriteList(accepted.Select(d => d with { Because = null })),
                Difference.WriteList(Differences)
            );
        }

        Assert.All(accepted, d => Assert.False(string.IsNullOrWhiteSpace(d.Because), $"{d.At} gives no reason"));
    }

    private void CompareCalls()
    {
        var theirs = recorded.Calls;
        var sequence = string.Join(' ', theirs.Select(Line));
        if (sequence != string.Join(' ', _calls.Select(Line)))
            Differences.Add(new Difference("calls", sequence, string.Join(' ', _calls.Select(Line))));
        for (var i = 0; i < Math.Min(theirs.Count, _calls.Count); i++)
            Difference.Compare(
                $"call {i}: {_calls[i]["operation"]}",
                Masked(theirs[i]["body"], isOurs: false),
                Masked(_calls[i]["body"], isOurs: true),
                ordered: false,
                Differences
            );

        static string Line(JsonObject call) => $"{call["operation"]}:{call["status"]}";
    }

    /// <summary>
    /// Run times, and the hashes that cover them, are no part of the comparison, nor is the order of CVEs, a set in the
    /// reference; the compliance hash of equal content is.
    /// </summary>
    private JsonNode? Masked(JsonNode? node, bool isOurs)
    {
        var copy = node?.DeepClone();
        Mask(copy, isSummary: IsSummary(copy), isOurs);
        return copy;
    }

    private void Mask(JsonNode? node, bool isSummary, bool isOurs)
    {
        if (node is JsonArray list)
        {
            foreach (var entry in list)
                Mask(entry, IsSummary(entry) || isSummary, isOurs);
        }

        if (node is not JsonObject map)
            return;
        foreach (var key in map.Select(m => m.Key).ToList())
        {
            // ExecutionTime is a run time; the compliance content has none, so its hash stays comparable where nothing
            // is installed.
            if (key == "DetailedText")
            {
                // The summary of an association's report is a text, and so is its order.
                var text = JsonNode.Parse((string)map[key]!)!;
                Mask(text, isSummary, isOurs);
                map[key] = text.ToJsonString();
            }
            else if (
                key == "ItemContentHash"
                || RunTimes.Contains(key, StringComparer.Ordinal)
                || (key == "ContentHash" && (isSummary || InstallsSince is not null))
            )
                map[key] = "<run time>";
            else if (key == "CVEIds")
                map[key] = string.Join(',', ((string)map[key]!).Split(',').Order(StringComparer.Ordinal));
            else if (
                InstallsSince is { } since
                && InstallTimes.Contains(key, StringComparer.Ordinal)
                && InstantOf(map[key]) >= (isOurs ? since : recorded.Boot)
            )
                map[key] = "<installed by the run>";
            else if (
                InstallsSince is not null
                && NoRebootTimes.Contains(key, StringComparer.Ordinal)
                && InstantOf(map[key]) > DateTimeOffset.UnixEpoch
            )
                map[key] = "<run time>";
            else
                Mask(map[key], isSummary, isOurs);
        }
    }

    private static bool IsSummary(JsonNode? node) =>
        (string?)((node as JsonObject)?["TypeName"] as JsonValue) == "AWS:PatchSummary";

    /// <summary>Epoch seconds as a number, or text as of reference 07 §2; null for anything else.</summary>
    private static DateTimeOffset? InstantOf(JsonNode? node) =>
        node is not JsonValue value ? null
        : value.TryGetValue<double>(out var seconds) ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
        : value.TryGetValue<string>(out var text)
        && DateTimeOffset.TryParseExact(
            text,
            "yyyy-MM-ddTHH:mm:ssZ",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var instant
        )
            ? instant
        : null;

    private void AssertHashesAreThoseOfTheContent()
    {
        foreach (
            var item in _calls
                .Select(c => c["body"]?["Items"] as JsonArray)
                .SelectMany(i => i ?? [])
                .Where(i => i!["Content"] is not null)
        )
            Assert.Equal(PythonHash(item!["Content"]!), (string?)item["ContentHash"]);
    }

    /// <summary>SHA-256 of Python's <c>json.dumps</c> of the content as sent.</summary>
    private static string PythonHash(JsonNode content)
    {
        var text = new StringBuilder();
        Write(content);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        void Write(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject map:
                    text.Append('{');
                    foreach (var (member, i) in map.Select((m, i) => (m, i)))
                    {
                        text.Append(i > 0 ? ", " : "");
                        Quote(member.Key);
                        text.Append(": ");
                        Write(member.Value);
                    }

                    text.Append('}');
                    break;
                case JsonArray list:
                    text.Append('[');
                    for (var i = 0; i < list.Count; i++)
                    {
                        text.Append(i > 0 ? ", " : "");
                        Write(list[i]);
                    }

                    text.Append(']');
                    break;
                default:
                    Quote((string)node!);
                    break;
            }
        }

        void Quote(string value)
        {
            text.Append('"');
            foreach (var c in value)
                text.Append(
                    c is '"' or '\\' ? $"\\{c}"
                    : c is >= ' ' and < (char)127 ? c
                    : $"\\u{(int)c:x4}"
                );
            text.Append('"');
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
