using System.Management.Automation;
using PatchTools.Commands;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Presentation;
using PatchTools.Testing;

namespace PatchTools.Tests.Commands;

public sealed class PatchCommandTests
{
    [Fact]
    public void Events_of_the_engine_reach_their_streams_in_order()
    {
        using var session = new Session();
        using var shell = session
            .Shell()
            .AddScript("$DebugPreference = 'Continue'; Invoke-Step -Verbose -Observed $args[0]")
            .AddArgument((Func<IRunObserver, CancellationToken, Task<object>>)Work);
        Assert.Equal("done", shell.Invoke().Single().BaseObject);
        Assert.Equal(["dpkg-query", "decided"], shell.Streams.Verbose.Select(record => record.Message));
        Assert.Equal(["odd"], shell.Streams.Warning.Select(record => record.Message));
        Assert.Equal(["raw"], shell.Streams.Debug.Select(record => record.Message));

        static async Task<object> Work(IRunObserver observer, CancellationToken token)
        {
            observer.Verbose("dpkg-query");
            await Task.Yield();
            observer.Warning("odd");
            observer.Debug("raw");
            observer.Verbose("decided");
            return "done";
        }
    }

    [Fact]
    public void Progress_has_one_activity_and_ends_completed()
    {
        var records = ProgressOf(
            (observer, _) =>
            {
                observer.Progress("Snapshot", "asking", 10);
                observer.Progress("Inventory", "reading", -1);
                return Task.FromResult<object>("done");
            }
        );
        Assert.Equal(
            [("asking", "Snapshot", 10), ("reading", "Inventory", 10), ("Done", "", -1)],
            records.Select(record => (record.StatusDescription, record.CurrentOperation ?? "", record.PercentComplete))
        );
        Assert.All(
            records,
            record => Assert.Equal((EventPump.ActivityId, EventPump.Activity), (record.ActivityId, record.Activity))
        );
        Assert.Equal(
            [ProgressRecordType.Processing, ProgressRecordType.Processing, ProgressRecordType.Completed],
            records.Select(record => record.RecordType)
        );
    }

    [Fact]
    public void The_bar_never_goes_back_and_tells_the_time_left_of_an_install()
    {
        var clock = new Stopped();
        var pace = new ProgressPace(clock);
        Assert.Equal((-1, -1), pace.Next("Lock", -1));
        Assert.Equal((20, -1), pace.Next("Inventory", 20));
        Assert.Equal((20, -1), pace.Next("Plan", -1));
        Assert.Equal((20, -1), pace.Next("Install", 20));
        clock.Seconds = 30;
        Assert.Equal((30, 180), pace.Next("Install", 30));
        Assert.Equal((30, -1), pace.Next("Install", -1));
        clock.Seconds = 60;
        Assert.Equal((55, 60), pace.Next("Install", 55));
        Assert.Equal((55, -1), pace.Next("Inventory", 20));
        Assert.Equal((90, -1), pace.Next("Install", 90));
        Assert.Equal((100, -1), pace.Next("Publish", 400));
    }

    private sealed class Stopped : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    [Fact]
    public void Progress_is_taken_away_when_the_work_fails() =>
        Assert.Equal(
            ProgressRecordType.Completed,
            ProgressOf(
                (observer, _) =>
                {
                    observer.Progress("Snapshot", "asking", 10);
                    throw new PatchToolsException(PatchErrors.SnapshotNotFound, "It is not there.");
                }
            )[^1].RecordType
        );

    [Fact]
    public void Work_without_progress_shows_no_bar() =>
        Assert.Empty(ProgressOf((_, _) => Task.FromResult<object>("done")));

    [Fact]
    public void A_failure_of_the_engine_becomes_a_terminating_error_with_id_category_target_and_cure()
    {
        using var session = new Session();
        var error = session.ErrorOf(
            "Invoke-Step $args[0]",
            Step(_ =>
                throw new PatchToolsException(PatchErrors.RunInProgress, "Another run holds the lock.", "/run/lock")
            )
        );
        Assert.Equal("RunInProgress,PatchTools.Tests.InvokeStepCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ResourceBusy, error.CategoryInfo.Category);
        Assert.Equal("/run/lock", error.TargetObject);
        Assert.Equal(PatchErrors.RunInProgress.RecommendedAction, error.ErrorDetails.RecommendedAction);
        Assert.Equal($"Another run holds the lock. {PatchErrors.RunInProgress.RecommendedAction}", error.ToString());
        var exception = Assert.IsType<PatchToolsException>(error.Exception);
        Assert.Equal((170, "Another run holds the lock."), (exception.ExitCode, exception.Message));
    }

    [Fact]
    public void A_script_reads_the_exit_code_from_the_caught_error()
    {
        using var session = new Session();
        Assert.Equal(
            [172],
            session.Run(
                "try { Invoke-Step $args[0] } catch { $_.Exception.ExitCode }",
                Step(_ => throw new PatchToolsException(PatchErrors.ElevationRequired, "no"))
            )
        );
    }

    [Fact]
    public void An_aggregate_is_unwrapped_to_the_failure_that_says_most()
    {
        using var session = new Session();
        var error = session.ErrorOf(
            "Invoke-Step $args[0]",
            Step(_ =>
                throw new AggregateException(
                    new IOException("side"),
                    new PatchToolsException(PatchErrors.SnapshotNotFound, "It is not there.")
                )
            )
        );
        Assert.StartsWith("SnapshotNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_the_program_itself_is_not_dressed_up()
    {
        using var session = new Session();
        var error = session.ErrorOf("Invoke-Step $args[0]", Step(_ => throw new InvalidTimeZoneException("bug")));
        Assert.IsType<InvalidTimeZoneException>(error.Exception);
    }

    [Fact]
    public async Task Stopping_the_pipeline_cancels_the_work_and_waits_for_it()
    {
        using var session = new Session();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = false;
        using var shell = session
            .Shell()
            .AddCommand("Invoke-Step")
            .AddArgument(
                Step(async token =>
                {
                    started.SetResult();
                    try
                    {
                        await Task.Delay(Timeout.Infinite, token);
                    }
                    finally
                    {
                        cancelled = token.IsCancellationRequested;
                    }

                    return "never";
                })
            );
        var running = shell.BeginInvoke();
        await started.Task;
        shell.Stop();
        Assert.True(running.IsCompleted);
        Assert.True(cancelled);
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(shell.Streams.Error);
    }

    [Fact]
    public void A_warning_that_stops_the_script_cancels_the_work()
    {
        using var session = new Session();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<IRunObserver, CancellationToken, Task<object>> work = async (observer, token) =>
        {
            observer.Warning("odd");
            using var _ = token.Register(cancelled.SetResult);
            await cancelled.Task;
            return "late";
        };
        var failure = Assert.ThrowsAny<RuntimeException>(() =>
            session.Run("Invoke-Step -Observed $args[0] -WarningAction Stop", work)
        );
        Assert.True(cancelled.Task.IsCompletedSuccessfully);
        Assert.Contains("odd", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_may_speak_from_many_threads()
    {
        using var session = new Session();
        using var shell = session
            .Shell()
            .AddCommand("Invoke-Step")
            .AddParameter("Verbose")
            .AddParameter(
                "Observed",
                (Func<IRunObserver, CancellationToken, Task<object>>)(
                    async (observer, _) =>
                    {
                        await Task.WhenAll(
                            Enumerable
                                .Range(0, 8)
                                .Select(thread =>
                                    Task.Run(() =>
                                    {
                                        for (var i = 0; i < 250; i++)
                                            observer.Verbose($"{thread}");
                                    })
                                )
                        );
                        return "done";
                    }
                )
            );
        shell.Invoke();
        Assert.Equal(2000, shell.Streams.Verbose.Count);
    }

    [Fact]
    public void A_session_may_bring_its_own_host_and_parameters_still_win()
    {
        var host = Samples.Host() with
        {
            Environment = new Dictionary<string, string> { ["AWS_REGION"] = "eu-central-1" },
        };
        using var session = new Session(
            host: host with
            {
                Paths = host.Paths with { ProcDirectory = "/proc-of-the-test" },
            }
        );
        var seen = Assert.IsType<HostContext>(
            session.Run("Invoke-Step -StateDirectory /state/here -Root /mnt/image/")[0]
        );
        Assert.Equal(
            ("/state/here", "/mnt/image", "/proc-of-the-test", "eu-central-1"),
            (
                seen.Paths.StateDirectory,
                seen.Paths.Root.TrimEnd('/'),
                seen.Paths.ProcDirectory,
                seen.Variable("AWS_REGION")
            )
        );
        Assert.Equal(
            "/nonexistent/state",
            Assert.IsType<HostContext>(session.Run("Invoke-Step")[0]).Paths.StateDirectory
        );
    }

    [Fact]
    public void Two_sessions_of_one_process_share_no_composition()
    {
        using var one = new Session(host: Samples.Host(stateDirectory: "/one"));
        using var two = new Session(host: Samples.Host(stateDirectory: "/two"));
        Assert.Equal("/one", Assert.IsType<HostContext>(one.Run("Invoke-Step")[0]).Paths.StateDirectory);
        Assert.Equal("/two", Assert.IsType<HostContext>(two.Run("Invoke-Step")[0]).Paths.StateDirectory);
    }

    [Theory]
    [InlineData("/a/../b.json", "/b.json")]
    [InlineData("-", "-")]
    [InlineData("s3://bucket/key", "s3://bucket/key")]
    [InlineData("HTTPS://example.com/x", "HTTPS://example.com/x")]
    public void Locations_are_resolved_where_they_are_paths(string given, string expected)
    {
        using var session = new Session();
        Assert.Equal([expected], session.Run("Invoke-Step -File $args[0]", given));
    }

    [Fact]
    public void A_relative_path_is_resolved_in_the_session_not_in_the_process()
    {
        using var session = new Session();
        using var folder = new TemporaryDirectory();
        Assert.Equal(
            [Path.Combine(folder.Path, "b.json")],
            session.Run(
                "$ExecutionContext.SessionState.Path.SetLocation($args[0]) > $null; Invoke-Step -File b.json",
                folder.Path
            )
        );
    }

    [Theory]
    [InlineData("Env:/x")]
    [InlineData("nodrive:/x")]
    public void A_path_outside_of_every_file_system_is_a_typed_error(string path)
    {
        using var session = new Session();
        Assert.StartsWith(
            "InvalidLocation,",
            session.ErrorOf("Invoke-Step -File $args[0]", path).FullyQualifiedErrorId,
            StringComparison.Ordinal
        );
    }

    public static TheoryData<string, string> NoPaths =>
        new MatrixTheoryData<string, string>(
            [
                "Get-PatchSummary -StateDirectory $args[0]",
                "Get-PatchInventory -Root $args[0]",
                "Get-PatchInventory -Path $args[0]",
                "Get-PatchSnapshot -Path $args[0]",
                "Get-PatchSnapshot -Default -Root $args[0]",
                "Get-PatchSnapshot -SnapshotId 11111111-2222-3333-4444-555555555555 -BaselineOverride $args[0]",
                "$args[1] | Export-PatchInventory -Path $args[0]",
                "$args[2] | Export-PatchReport -Path $args[0]",
            ],
            ["/a\0b", "a\0b", "\\\\host\\x", "nul", "long", "deep"]
        );

    [Theory]
    [MemberData(nameof(NoPaths))]
    public void What_can_be_no_path_is_a_typed_error(string command, string path)
    {
        using var session = new Session();
        var given = path switch
        {
            "long" => "/" + new string('x', 5000),
            "deep" => string.Concat(Enumerable.Repeat("/d", 5000)),
            "nul" => "./a/\0",
            _ => path,
        };

        var error = session.ErrorOf(command, given, Samples.Inventory(), Samples.NonCompliantReport());

        Assert.IsType<PatchToolsException>(error.Exception, exactMatch: false);
    }

    [Theory]
    [InlineData("-Days 7", 7 * 24 * 3600)]
    [InlineData("-Days '0.5'", 12 * 3600)]
    [InlineData("-Days 1.12:00:00", 36 * 3600)]
    [InlineData("-Seconds 90", 90)]
    [InlineData("-Seconds 00:02:00", 120)]
    [InlineData("-Seconds ([System.TimeSpan]::FromHours(1))", 3600)]
    public void A_bare_number_counts_in_the_unit_of_the_parameter(string argument, int seconds)
    {
        using var session = new Session();
        Assert.Equal([TimeSpan.FromSeconds(seconds)], session.Run($"Invoke-Step {argument}"));
    }

    [Theory]
    [InlineData("-Days -1")]
    [InlineData("-Days soon")]
    [InlineData("-Days 1e12")]
    [InlineData("-Days NaN")]
    [InlineData("-Seconds $true")]
    public void What_is_no_duration_is_refused(string argument)
    {
        using var session = new Session();
        var error = session.ErrorOf($"Invoke-Step {argument}");
        Assert.Equal(
            "ParameterArgumentTransformationError,PatchTools.Tests.InvokeStepCommand",
            error.FullyQualifiedErrorId
        );
        Assert.Contains("is not a duration", error.ToString(), StringComparison.Ordinal);
    }

    private static Func<CancellationToken, Task<object>> Step(Func<CancellationToken, Task<object>> step) => step;

    private static List<ProgressRecord> ProgressOf(Func<IRunObserver, CancellationToken, Task<object>> work)
    {
        using var session = new Session();
        using var shell = session.Shell().AddCommand("Invoke-Step").AddParameter("Observed", work);
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException)
        {
            // Only what was shown is judged here.
        }

        return [.. shell.Streams.Progress];
    }
}
