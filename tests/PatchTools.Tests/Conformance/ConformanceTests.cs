using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Testing;
using PatchTools.Testing.Aws;
using PatchTools.Testing.Conformance;
using Xunit;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// The recorded apt, dnf and zypper scans, through the shipped cmdlets, the private load context and a loopback
/// service: requests, files and hashes.
/// </summary>
[Collection(ProcessEnvironment.Name)]
public sealed class ConformanceTests
{
    public static TheoryData<string> Cases => [.. RecordedCase.Names.Where(name => !RecordedCase.Installs(name))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_recorded_run_comes_out_the_same_but_for_its_listed_divergences(string name)
    {
        var recorded = RecordedCase.Load(name);
        if (recorded.IsRpm)
            Rig.NeedsCommands("rpm");
        var now =
            recorded.Ends.Count > 0 ? recorded.Ends[^1] : new DateTimeOffset(2026, 11, 23, 6, 30, 0, TimeSpan.Zero);
        using var host = new RecordedHost(recorded, now);
        var comparison = new RecordedComparison(recorded)
        {
            Log = TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null,
        };
        LoopbackAws? aws = null;
        try
        {
            for (var i = 0; i < recorded.Steps.Count; i++)
            {
                var step = recorded.Steps[i];
                if (aws is null || step.FreshService)
                {
                    comparison.Take(aws);
                    aws?.Dispose();
                    aws = comparison.StartService();
                }

                using var environment = new EnvironmentScope(
                    step.CredentialsFromMetadata ? aws.EnvironmentWithoutKey : aws.Environment
                );
                var (exit, error) = Run(step, host, now);
                comparison.CompareExitCode(i, exit, error?.ErrorId);
                if (error is not null)
                    TestContext.Current.TestOutputHelper?.WriteLine($"{error.ErrorId}: {error.Message}");
                comparison.CompareStateFiles(i, host.StateDirectory);
            }

            comparison.Take(aws);
        }
        finally
        {
            aws?.Dispose();
        }

        comparison.AssertOnlyListedDifferences();
    }

    /// <summary>The recorded host as its step ran there: as root, at a time that stands still.</summary>
    internal static HostContext HostOf(RecordedHost host, RecordedStep step, DateTimeOffset now) =>
        new()
        {
            Paths = new HostPaths
            {
                Root = host.Root,
                StateDirectory = host.StateDirectory,
                DataDirectory = host.DataDirectory,
                ProcDirectory = host.ProcDirectory,
            },
            Clock = new FixedClock(now),
            IsRoot = true,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["AWS_SSM_INSTANCE_ID"] = step.InstanceId,
                ["AWS_SSM_REGION_NAME"] = "us-east-1",
                ["SSM_COMMAND_ID"] = "99999999-8888-4777-8666-555555555555",
            },
        };

    private static (int ExitCode, PatchToolsException? Error) Run(
        RecordedStep step,
        RecordedHost host,
        DateTimeOffset now
    )
    {
        var state = InitialSessionState.CreateDefault2();
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell
            .AddCommand("Import-Module")
            .AddParameter("Name", StagedModule.Manifest)
            .AddParameter("ErrorAction", "Stop")
            .Invoke();
        Assert.False(shell.HadErrors, string.Join('\n', shell.Streams.Error));
        runspace.SessionStateProxy.SetVariable(
            CompositionOverride.VariableName,
            new CompositionOverride { Host = HostOf(host, step, now) }
        );
        shell.Commands.Clear();
        shell
            .AddCommand("Invoke-PatchBaseline")
            .AddParameter("Operation", step.Operation)
            .AddParameter("SnapshotId", "11111111-2222-4333-8444-555555555555")
            .AddParameter("RebootOption", step.RebootOption)
            .AddParameter("BaselineOverride", step.BaselineOverride ?? "")
            .AddParameter("InstallOverrideList", step.InstallOverrideList ?? "")
            .AddParameter("NoRefresh");
        if (step.AssociationId is not null)
            shell
                .AddParameter("AssociationId", step.AssociationId)
                .AddParameter("AssociationSeverity", step.AssociationSeverity);
        try
        {
            return (((ComplianceReport)shell.Invoke().Single().BaseObject).ExitCode, null);
        }
        catch (CmdletInvocationException e) when (e.InnerException is PatchToolsException failure)
        {
            return (failure.ExitCode, failure);
        }
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
