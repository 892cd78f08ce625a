using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Testing;
using PatchTools.Testing.Aws;
using PatchTools.Testing.Conformance;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// <c>Get-PatchSnapshot | Test-PatchCompliance | Publish-PatchSummary</c> does what <c>Invoke-PatchBaseline -Operation
/// Scan</c> does (design §2): on every recorded host and against every recorded fault the same requests leave and the
/// same files stay.
/// </summary>
[Collection(ProcessEnvironment.Name)]
public sealed partial class EquivalenceTests
{
    private const string AtOnce = """
        Invoke-PatchBaseline -Operation Scan -SnapshotId $args[0] -BaselineOverride $args[1] -RebootOption $args[2] -NoRefresh > $null
        """;

    private const string StepByStep = """
        Get-PatchSnapshot -SnapshotId $args[0] -BaselineOverride $args[1] | Test-PatchCompliance -RebootOption $args[2] | Publish-PatchSummary
        """;

    /// <summary>
    /// All but those of parameters that a pipeline has no word for: another spelling of the operation, and a list to
    /// install.
    /// </summary>
    public static TheoryData<string> Cases =>
        [
            .. RecordedCase.Names.Where(name =>
                RecordedCase
                    .Load(name)
                    .Steps.All(step =>
                        step.Operation == nameof(PatchOperation.Scan) && step.InstallOverrideList is null
                    )
            ),
        ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_pipeline_and_the_whole_operation_send_the_same_and_leave_the_same(string name)
    {
        var recorded = RecordedCase.Load(name);
        if (recorded.IsRpm)
            Rig.NeedsCommands("rpm");
        var whole = Traces(recorded, AtOnce);
        var pipeline = Traces(recorded, StepByStep);
        Assert.Equal(recorded.Steps.Count, whole.Count);
        for (var i = 0; i < whole.Count; i++)
        {
            Assert.Equal(whole[i].Outcome, pipeline[i].Outcome);
            Assert.Equal(whole[i].Requests, pipeline[i].Requests);
            Assert.Equal(whole[i].Files.Keys, pipeline[i].Files.Keys);
            Assert.All(whole[i].Files, file => Assert.Equal(file.Value, pipeline[i].Files[file.Key]));
        }

        if (recorded.Calls.Any(call => (string?)call["operation"] == "PutInventory"))
            Assert.Contains(
                whole,
                trace => trace.Requests.Any(request => request.StartsWith("PutInventory", StringComparison.Ordinal))
            );
    }

    /// <summary>
    /// What each step came to. Questions for credentials are left out: the SDK keeps the answer for the whole process,
    /// so only the first run asks.
    /// </summary>
    private static List<Trace> Traces(RecordedCase recorded, string script)
    {
        var now =
            recorded.Ends.Count > 0 ? recorded.Ends[^1] : new DateTimeOffset(2026, 11, 23, 6, 30, 0, TimeSpan.Zero);
        using var host = new RecordedHost(recorded, now);
        List<Trace> traces = [];
        LoopbackAws? aws = null;
        try
        {
            foreach (var step in recorded.Steps)
            {
                if (aws is null || step.FreshService)
                {
                    aws?.Dispose();
                    aws = LoopbackAws.Start(
                        LoopbackAwsOptions.FromRecorded(recorded.ServiceOptions, recorded.Snapshot)
                    );
                    foreach (var (bucket, key, content) in recorded.S3Objects)
                        aws.Objects[$"{bucket}/{key}"] = content;
                }

                var before = aws.Calls.Count;
                using var environment = new EnvironmentScope(
                    step.CredentialsFromMetadata ? aws.EnvironmentWithoutKey : aws.Environment
                );
                using var session = new Session(host: ConformanceTests.HostOf(host, step, now));
                var outcome = "done";
                try
                {
                    session.Run(
                        script,
                        "11111111-2222-4333-8444-555555555555",
                        step.BaselineOverride ?? "",
                        step.RebootOption
                    );
                }
                catch (System.Management.Automation.CmdletInvocationException failure)
                    when (failure.InnerException is PatchToolsException cause)
                {
                    outcome = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{cause.ErrorId}, {cause.ExitCode}: {cause.Message}"
                    );
                }

                traces.Add(
                    new Trace(
                        outcome,
                        [
                            .. aws
                                .Requests.Skip(before)
                                .Where(request => request.Target != LoopbackAws.ImdsTarget)
                                .Select(Line),
                        ],
                        FilesOf(host)
                    )
                );
            }
        }
        finally
        {
            aws?.Dispose();
        }

        return traces;

        static string Line(RecordedRequest request) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{request.Target} {request.Method} {request.Status} {request.Text}"
            );
    }

    /// <summary>
    /// Every file below both directories but the lock, which names its holder and is taken earlier by the whole
    /// operation.
    /// </summary>
    private static SortedDictionary<string, string> FilesOf(RecordedHost host) =>
        new(
            new[] { host.StateDirectory, host.DataDirectory }
                .Where(Directory.Exists)
                .SelectMany(directory => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
                .Where(path => Path.GetFileName(path) != "run.lock")
                .ToDictionary(
                    path => Path.GetRelativePath(Path.GetDirectoryName(host.StateDirectory)!, path),
                    path => Refreshed().Replace(File.ReadAllText(path), "")
                ),
            StringComparer.Ordinal
        );

    /// <summary>The lists of each host are as old as its files, which are made one host after the other.</summary>
    [GeneratedRegex("\"refreshed\":\"[^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Refreshed();

    private sealed record Trace(string Outcome, IReadOnlyList<string> Requests, SortedDictionary<string, string> Files);
}
