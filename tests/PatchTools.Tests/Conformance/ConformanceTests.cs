using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Tests.Conformance;

/// <summary>The recorded apt and dnf scans, through the shipped cmdlets, the private load context and a loopback service: requests, files and hashes.</summary>
[Collection(ProcessEnvironment.Name)]
public sealed class ConformanceTests
{
    private static readonly string[] RunTimes = ["OperationStartTime", "OperationEndTime", "CaptureTime", "ExecutionTime"];

    public static TheoryData<string> Cases => [.. RecordedCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_recorded_run_comes_out_the_same_but_for_its_listed_divergences(string name)
    {
        var recorded = RecordedCase.Load(name);
        if (recorded.IsRpm)
            Rig.NeedsCommands("rpm");
        var now = recorded.Ends.Count > 0 ? recorded.Ends[^1] : new DateTimeOffset(2026, 11, 23, 6, 30, 0, TimeSpan.Zero);
        using var host = new RecordedHost(recorded, now);
        List<Difference> differences = [];
        List<JsonObject> calls = [];
        LoopbackAws? aws = null;
        try
        {
            for (var i = 0; i < recorded.Steps.Count; i++)
            {
                var step = recorded.Steps[i];
                if (aws is null || step.FreshService)
                {
                    Take(aws, calls);
                    aws?.Dispose();
                    aws = LoopbackAws.Start(LoopbackAwsOptions.FromRecorded(["--product", recorded.Product, .. recorded.FakeOptions], recorded.Snapshot));
                    foreach (var (bucket, key, content) in recorded.S3Objects)
                        aws.Objects[$"{bucket}/{key}"] = content;
                }

                using var environment = new EnvironmentScope(step.CredentialsFromMetadata ? aws.EnvironmentWithoutKey : aws.Environment);
                var (exit, error) = Run(step, host, now);
                if (exit != step.ExitCode)
                    differences.Add(new Difference($"step {i}: exit code", Text(step.ExitCode), error is null ? Text(exit) : $"{Text(exit)} {error.ErrorId}"));
                if (error is not null)
                    TestContext.Current.TestOutputHelper?.WriteLine($"{error.ErrorId}: {error.Message}");
                foreach (var file in new[] { "patch-states-configuration.json", "patch-inventory-from-last-operation.json" })
                {
                    var path = Path.Combine(host.StateDirectory, "patch-configuration", file);
                    Difference.Compare($"step {i}: {file}", Masked(recorded.StateFile(i, file)), Masked(File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null), ordered: true, differences);
                }
            }

            Take(aws, calls);
        }
        finally
        {
            aws?.Dispose();
        }

        AssertHashesAreThoseOfTheContent(calls);
        CompareCalls(recorded, calls, differences);
        var accepted = Difference.ReadList(recorded.DivergencesFile);
        if (!differences.SequenceEqual(accepted.Select(d => d with { Because = null })))
        {
            var draft = Path.Combine(AppContext.BaseDirectory, "Conformance", "cases", name, "divergences.draft.json");
            File.WriteAllText(draft, Difference.WriteList(differences.Select(d => d with { Because = accepted.FirstOrDefault(a => a with { Because = null } == d)?.Because })));
            Assert.Equal(Difference.WriteList(accepted.Select(d => d with { Because = null })), Difference.WriteList(differences));
        }

        Assert.All(accepted, d => Assert.False(string.IsNullOrWhiteSpace(d.Because), $"{d.At} gives no reason"));
    }

    private static (int ExitCode, PatchToolsException? Error) Run(RecordedStep step, RecordedHost host, DateTimeOffset now)
    {
        var state = InitialSessionState.CreateDefault2();
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand("Import-Module").AddParameter("Name", StagedModule.Manifest).AddParameter("ErrorAction", "Stop").Invoke();
        Assert.False(shell.HadErrors, string.Join('\n', shell.Streams.Error));
        runspace.SessionStateProxy.SetVariable(CompositionOverride.VariableName, new CompositionOverride
        {
            Host = new HostContext
            {
                Paths = new HostPaths { Root = host.Root, StateDirectory = host.StateDirectory, DataDirectory = host.DataDirectory, ProcDirectory = host.ProcDirectory },
                Clock = new FixedClock(now),
                IsRoot = true,
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["AWS_SSM_INSTANCE_ID"] = step.InstanceId,
                    ["AWS_SSM_REGION_NAME"] = "us-east-1",
                    ["SSM_COMMAND_ID"] = "99999999-8888-4777-8666-555555555555",
                },
            },
        });
        shell.Commands.Clear();
        shell.AddCommand("Invoke-PatchBaseline")
            .AddParameter("Operation", step.Operation)
            .AddParameter("SnapshotId", "11111111-2222-4333-8444-555555555555")
            .AddParameter("RebootOption", step.RebootOption)
            .AddParameter("BaselineOverride", step.BaselineOverride ?? "")
            .AddParameter("InstallOverrideList", step.InstallOverrideList ?? "")
            .AddParameter("NoRefresh");
        try
        {
            return (((ComplianceReport)shell.Invoke().Single().BaseObject).ExitCode, null);
        }
        catch (CmdletInvocationException e) when (e.InnerException is PatchToolsException failure)
        {
            return (failure.ExitCode, failure);
        }
    }

    private static void Take(LoopbackAws? aws, List<JsonObject> calls)
    {
        foreach (var request in aws?.Requests ?? [])
        {
            TestContext.Current.TestOutputHelper?.WriteLine(request.ToString());
            var isSigned = request.Target is not (LoopbackAws.SnapshotTarget or LoopbackAws.ImdsTarget);
            Assert.Equal(isSigned ? SignatureVerdict.Valid : SignatureVerdict.Absent, request.Signature);
            Assert.Empty(request.ModelErrors);
            if (request.Target is "GetDeployablePatchSnapshotForInstance" or "PutInventory")
                calls.Add(new JsonObject { ["operation"] = request.Target, ["status"] = request.Status, ["body"] = JsonNode.Parse(request.Body) });
        }
    }

    private static void CompareCalls(RecordedCase recorded, List<JsonObject> ours, List<Difference> differences)
    {
        var theirs = recorded.Calls;
        var sequence = string.Join(' ', theirs.Select(Line));
        if (sequence != string.Join(' ', ours.Select(Line)))
            differences.Add(new Difference("calls", sequence, string.Join(' ', ours.Select(Line))));
        for (var i = 0; i < Math.Min(theirs.Count, ours.Count); i++)
            Difference.Compare($"call {i}: {ours[i]["operation"]}", Masked(theirs[i]["body"]), Masked(ours[i]["body"]), ordered: false, differences);

        static string Line(JsonObject call) => $"{call["operation"]}:{call["status"]}";
    }

    /// <summary>Run times, and the hashes that cover them, are no part of the comparison, nor is the order of CVEs, a set's in the recordings; the compliance hash of equal content is.</summary>
    private static JsonNode? Masked(JsonNode? node)
    {
        var copy = node?.DeepClone();
        Mask(copy, isSummary: copy is JsonObject top && (string?)(top["TypeName"] as JsonValue) == "AWS:PatchSummary");
        return copy;

        static void Mask(JsonNode? node, bool isSummary)
        {
            if (node is JsonArray list)
            {
                foreach (var entry in list)
                    Mask(entry, (string?)((entry as JsonObject)?["TypeName"] as JsonValue) == "AWS:PatchSummary" || isSummary);
            }

            if (node is not JsonObject map)
                return;
            foreach (var key in map.Select(m => m.Key).ToList())
            {
                if (RunTimes.Contains(key, StringComparer.Ordinal) || (key == "ContentHash" && isSummary))
                    map[key] = "<run time>";
                else if (key == "CVEIds")
                    map[key] = string.Join(',', ((string)map[key]!).Split(',').Order(StringComparer.Ordinal));
                else
                    Mask(map[key], isSummary);
            }

            // ExecutionTime is a run time; the compliance content has none, so its hash stays comparable.
        }
    }

    private static void AssertHashesAreThoseOfTheContent(IEnumerable<JsonObject> calls)
    {
        foreach (var item in calls.Select(c => c["body"]?["Items"] as JsonArray).SelectMany(i => i ?? []).Where(i => i!["Content"] is not null))
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
                text.Append(c is '"' or '\\' ? $"\\{c}" : c is >= ' ' and < (char)127 ? c : $"\\u{(int)c:x4}");
            text.Append('"');
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
