using System.Globalization;
using System.Text.Json;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Hosts;
using PatchTools.Reboot;
using PatchTools.Reports.Saving;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Reboot;

/// <summary>Reference 08 §6 and §7 at real directories, the clock and the host's uptime made up.</summary>
public sealed class RebootMarkersTests : IDisposable
{
    private const string Command = "99999999-8888-4777-8666-555555555555";
    private const string OtherCommand = "11111111-8888-4777-8666-555555555555";

    private static readonly DateTimeOffset Boot = new(2026, 11, 23, 5, 52, 56, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();
    private readonly FixedClock _clock = new(Boot.AddHours(1));
    private DateTimeOffset _boot = Boot;
    private string _bootId = "0d3a7d2e-0000-0000-0000-000000000001";

    public void Dispose() => _directory.Dispose();

    private string State => Path.Combine(_directory.Path, "ssm");

    [Theory]
    [InlineData(194, 0)]
    [InlineData(195, 1)]
    [InlineData(196, 2)]
    public void After_the_reboot_the_operation_scans_reports_and_ends_as_its_marker_says(int code, int expected)
    {
        var marker = (RebootMarker)code;
        Ask(marker);
        Reboot();
        var resumed = Resume();
        Assert.Equal(ResumeStep.Rebooted, resumed.Step);
        Assert.Equal(new FinalCode(expected), resumed.AfterReport(reportOk: true));
        Assert.Equal(FinalCode.Failure, resumed.AfterReport(reportOk: false));
        Markers().Finish(resumed.AfterReport(reportOk: true));
        Assert.Equal([$"patch-baseline-operations-reboot-{code}timestamp"], Entries());
        Assert.Equal(ResumeStep.NoMarker, Resume().Step);
    }

    [Fact]
    public void Five_times_a_reboot_is_asked_for_again_and_the_sixth_visit_gives_up()
    {
        Ask(RebootMarker.Patched);
        for (var visit = 0; visit < 5; visit++)
        {
            var again = Resume();
            Assert.Equal((ResumeStep.AskAgain, 194), (again.Step, again.ExitCode));
            Assert.Equal(
                Enumerable.Range(0, visit + 1).Select(n => n.ToString(CultureInfo.InvariantCulture)),
                Visits(RebootMarker.Patched)
            );
        }

        var last = Resume();
        Assert.Equal((ResumeStep.GaveUp, 3), (last.Step, last.ExitCode));
        Assert.Equal(["patch-baseline-operations-reboot-194timestamp"], Entries());
        Assert.Equal(ResumeStep.NoMarker, Resume().Step);
    }

    [Theory]
    [InlineData(2.9, false)]
    [InlineData(3, false)]
    [InlineData(3.1, true)]
    public void A_boot_up_to_three_seconds_before_the_request_counts_as_after_it(double seconds, bool asksAgain)
    {
        WriteMarkerOfReference(RebootMarker.Patched, _boot.AddSeconds(seconds));
        Assert.Equal(asksAgain ? ResumeStep.AskAgain : ResumeStep.Rebooted, Resume().Step);
    }

    [Fact]
    public void The_timestamp_is_written_beside_the_directory_as_Python_writes_it()
    {
        _clock.Now = DateTimeOffset.UnixEpoch.AddTicks(17954160566186435);
        Ask(RebootMarker.PatchedWithFailures);
        Assert.Equal(
            ["patch-baseline-operations-reboot-195", "patch-baseline-operations-reboot-195timestamp"],
            Entries()
        );
        Assert.Empty(Visits(RebootMarker.PatchedWithFailures));
        Assert.Equal(
            "1795416056.618643",
            File.ReadAllText(Path.Combine(State, "patch-baseline-operations-reboot-195timestamp"))
        );
    }

    [Fact]
    public void Quirk_a_missing_timestamp_is_accepted_as_rebooted()
    {
        WriteMarkerOfReference(RebootMarker.Patched, asked: null);
        Assert.Equal((ResumeStep.Rebooted, 0), (Resume().Step, Resume().ExitCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("1e400")]
    public void Quirk_an_unreadable_timestamp_is_accepted_as_rebooted(string text)
    {
        WriteMarkerOfReference(RebootMarker.Patched, asked: null);
        File.WriteAllText(Path.Combine(State, "patch-baseline-operations-reboot-194timestamp"), text);
        Assert.Equal(ResumeStep.Rebooted, Resume().Step);
    }

    [Fact]
    public void An_unknown_boot_time_is_accepted_as_rebooted()
    {
        Ask(RebootMarker.Patched);
        Assert.Equal(ResumeStep.Rebooted, Markers(uptime: "?").Resume(PatchOperation.Install).Step);
    }

    [Fact]
    public void A_new_boot_id_proves_the_reboot_whatever_the_clock_says()
    {
        Ask(RebootMarker.Patched);
        _bootId = "0d3a7d2e-0000-0000-0000-000000000002";
        Assert.Equal(ResumeStep.Rebooted, Resume().Step);
    }

    [Theory]
    [InlineData(PatchOperation.Scan)]
    [InlineData(PatchOperation.Install)]
    public void Quirk_a_marker_of_another_command_is_removed_and_swallows_nothing(PatchOperation operation)
    {
        Ask(RebootMarker.Patched, OtherCommand);
        Assert.Equal(ResumeStep.NoMarker, Resume(operation).Step);
        Assert.Equal(["patch-baseline-operations-reboot-194timestamp"], Entries());
    }

    [Fact]
    public void A_command_comes_back_even_when_another_one_has_removed_its_marker()
    {
        Ask(RebootMarker.PatchedWithFailures);
        Assert.Equal(ResumeStep.NoMarker, Resume(PatchOperation.Scan, OtherCommand).Step);
        Markers(OtherCommand).Finish(new FinalCode(0));
        Assert.Equal(ResumeStep.AskAgain, Resume().Step);
        Reboot();
        Assert.Equal((ResumeStep.Rebooted, 1), (Resume().Step, Resume().ExitCode));
    }

    [Fact]
    public void A_second_command_that_asked_later_does_not_make_the_first_one_wait_for_another_reboot()
    {
        Ask(RebootMarker.Patched);
        Reboot();
        Markers(OtherCommand).Resume(PatchOperation.Install);
        Ask(RebootMarker.Patched, OtherCommand);
        Assert.Equal(ResumeStep.Rebooted, Resume().Step);
    }

    [Fact]
    public void Quirk_asking_removes_stale_markers_of_other_codes()
    {
        WriteMarkerOfReference(RebootMarker.PatchedWithFailures, _clock.Now);
        Ask(RebootMarker.Patched);
        Assert.False(Directory.Exists(Path.Combine(State, "patch-baseline-operations-reboot-195")));
        Assert.Equal("194", Assert.Single(Directory.GetDirectories(State).Select(d => d[^3..])));
    }

    [Fact]
    public void A_scan_never_asked_and_is_never_resumed()
    {
        Ask(RebootMarker.Patched);
        Assert.Equal(ResumeStep.NoMarker, Resume(PatchOperation.Scan).Step);
    }

    [Theory]
    [InlineData(Command, true)]
    [InlineData(OtherCommand, false)]
    [InlineData(null, true)]
    public void A_marker_of_the_reference_belongs_to_the_command_of_its_last_summary(string? executionId, bool isOwn)
    {
        WriteMarkerOfReference(RebootMarker.Patched, _clock.Now);
        if (executionId is not null)
            WriteSummary(executionId);
        Assert.Equal(isOwn ? ResumeStep.AskAgain : ResumeStep.NoMarker, Resume().Step);
        Assert.Equal(isOwn, Directory.Exists(Path.Combine(State, "patch-baseline-operations-reboot-194")));
    }

    [Fact]
    public void What_is_left_for_the_reference_is_what_it_would_leave()
    {
        Ask(RebootMarker.Patched);
        Assert.Equal(ResumeStep.AskAgain, Resume().Step);
        Assert.Equal(
            ["patch-baseline-operations-reboot-194", "patch-baseline-operations-reboot-194timestamp"],
            Entries()
        );
        Assert.Equal(["0"], Visits(RebootMarker.Patched));
    }

    [Fact]
    public void Without_a_command_id_an_install_within_two_days_comes_back_and_a_later_one_is_new()
    {
        Ask(RebootMarker.Patched, command: null);
        Assert.Equal(ResumeStep.AskAgain, Resume(command: null).Step);
        _clock.Now = _clock.Now.AddHours(49);
        Assert.Equal(ResumeStep.NoMarker, Resume(command: null).Step);
    }

    [Fact]
    public void A_run_that_dies_each_time_it_reports_after_the_reboot_does_not_come_back_for_ever()
    {
        Ask(RebootMarker.Patched);
        Reboot();
        for (var visit = 0; visit < 5; visit++)
            Assert.Equal(ResumeStep.Rebooted, Resume().Step);
        Assert.Equal(ResumeStep.GaveUp, Resume().Step);
    }

    [Fact]
    public void Where_visits_cannot_be_counted_no_further_reboot_is_asked_for()
    {
        // A directory that takes no entries, not even root's.
        const string Closed = "/proc/tty/ldisc";
        Rig.NeedsFile(Closed);
        WriteMarkerOfReference(RebootMarker.Patched, _clock.Now);
        var marker = Path.Combine(State, "patch-baseline-operations-reboot-194");
        Directory.Delete(marker);
        Directory.CreateSymbolicLink(marker, Closed);
        File.WriteAllText(_directory.File("data"), "no directory");
        var decision = Resume();
        Assert.Equal((ResumeStep.GaveUp, 3), (decision.Step, decision.ExitCode));
    }

    [Fact]
    public void A_damaged_request_is_a_warning_and_the_run_is_a_new_one()
    {
        Ask(RebootMarker.Patched);
        File.WriteAllText(
            Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "data", "reboot-requests"))),
            "{"
        );
        WriteSummary(OtherCommand);
        Assert.Equal(ResumeStep.NoMarker, Resume().Step);
        Assert.Contains(_observer.Warnings, w => w.Contains("reboot-requests", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a b/c")]
    public void A_command_id_is_never_a_path(string command)
    {
        Ask(RebootMarker.Patched, command);
        Assert.Equal(ResumeStep.AskAgain, Resume(command: command).Step);
        Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "data", "reboot-requests")));
    }

    [Fact]
    public void Requests_of_commands_that_never_came_back_are_forgotten_from_the_oldest()
    {
        for (var i = 0; i < 30; i++)
            Ask(RebootMarker.Patched, string.Create(CultureInfo.InvariantCulture, $"command-{i}"));
        Assert.Equal(20, Directory.GetFiles(Path.Combine(_directory.Path, "data", "reboot-requests")).Length);
        Assert.Equal(ResumeStep.AskAgain, Resume(command: "command-29").Step);
    }

    /// <summary>
    /// Recorded from the reference: eight and three visits, what each ended with and which markers it left.
    /// </summary>
    [Theory]
    [InlineData("install-clean-missed-reboot")]
    [InlineData("install-clean-rebooted")]
    public void A_recorded_series_of_visits_ends_and_leaves_markers_the_same(string name)
    {
        var recorded = Path.GetDirectoryName(ReportSamples.Recorded("."))!;
        recorded = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(recorded))!, "Reboot", "Recorded", name);
        using var recording = JsonDocument.Parse(File.ReadAllText(Path.Combine(recorded, "case.json")));
        _boot = DateTimeOffset.Parse(
            recording.RootElement.GetProperty("boot").GetString()!,
            CultureInfo.InvariantCulture
        );
        var uploads = recording
            .RootElement.GetProperty("uploads")
            .EnumerateArray()
            .Select(u => DateTimeOffset.Parse(u.GetProperty("end").GetString()!, CultureInfo.InvariantCulture))
            .ToList();
        // Each step begins with its exit code, and lists the markers that it left.
        var expected = File.ReadAllText(Path.Combine(recorded, "expected.txt")).Split("step ")[1..];
        var runs = 0;
        var steps = recording.RootElement.GetProperty("steps").EnumerateArray().ToList();
        for (var step = 0; step < steps.Count; step++)
        {
            _clock.Now = uploads[0].AddSeconds(step);
            if (steps[step].TryGetProperty("pre", out _))
            {
                // The recorded command sets the time of the request back, which is how the recording made a reboot.
                foreach (var timestamp in Directory.GetFiles(State, "*timestamp"))
                    File.WriteAllText(timestamp, "1000000000.0\n");
            }

            var exit = Visit(
                Enum.Parse<PatchOperation>(steps[step].GetProperty("operation").GetString()!),
                changes: runs == 0,
                ref runs
            );
            var lines = expected[step].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(lines[0], string.Create(CultureInfo.InvariantCulture, $"{step} exit {exit}"));
            var left = Directory
                .GetFileSystemEntries(State, "*", SearchOption.AllDirectories)
                .Select(e => "./ssm/" + Path.GetRelativePath(State, e))
                .Order(StringComparer.Ordinal);
            Assert.Equal(lines[1..].Order(StringComparer.Ordinal), left);
        }

        // Full operations; the reference uploaded as often.
        Assert.Equal(uploads.Count, runs);
    }

    private int Visit(PatchOperation operation, bool changes, ref int runs)
    {
        var markers = Markers();
        var resumed = markers.Resume(operation);
        if (resumed.Step is ResumeStep.AskAgain or ResumeStep.GaveUp)
            return resumed.ExitCode;
        if (resumed.Step == ResumeStep.Rebooted)
        {
            markers.Finish(resumed.AfterReport(reportOk: true));
            return resumed.ExitCode;
        }

        runs++;
        var patching = PatchingExitCode.Of(new InstallOutcome { HasChanged = changes });
        var required = RebootDecision.IsRequired(
            new RebootQuestion
            {
                Operation = operation,
                RebootOption = RebootOption.RebootIfNeeded,
                PriorStates = StoredPatchStates.Empty,
                BootTime = _boot,
                PatchingExitCode = patching,
            }
        );
        var final = FinalCode.Of(required, reportOk: true, patching);
        markers.Finish(final);
        return final.ExitCode;
    }

    private void Ask(RebootMarker marker, string? command = Command) =>
        Markers(command).Finish(new FinalCode(194, marker));

    private ResumeDecision Resume(PatchOperation operation = PatchOperation.Install, string? command = Command) =>
        Markers(command).Resume(operation);

    private void Reboot()
    {
        _clock.Now = _clock.Now.AddMinutes(5);
        _boot = _clock.Now.AddMinutes(-1);
    }

    private RebootMarkers Markers(string? command = Command, string? uptime = null)
    {
        var seconds = (_clock.Now - _boot).TotalSeconds;
        File.WriteAllText(
            _directory.File("proc/uptime"),
            uptime ?? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds):0}.00 1.00\n")
        );
        File.WriteAllText(_directory.File("proc/sys/kernel/random/boot_id"), _bootId + "\n");
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        if (command is not null)
            environment["SSM_COMMAND_ID"] = command;
        var host = new HostContext
        {
            Paths = new HostPaths
            {
                StateDirectory = State,
                DataDirectory = Path.Combine(_directory.Path, "data"),
                ProcDirectory = Path.Combine(_directory.Path, "proc"),
            },
            Clock = _clock,
            Environment = environment,
            IsRoot = true,
        };
        return new RebootMarkers(host, _observer);
    }

    private void WriteMarkerOfReference(RebootMarker marker, DateTimeOffset? asked)
    {
        var path = Path.Combine(State, $"patch-baseline-operations-reboot-{(int)marker}");
        Directory.CreateDirectory(path);
        if (asked is { } time)
            File.WriteAllText(
                path + "timestamp",
                (time - DateTimeOffset.UnixEpoch).TotalSeconds.ToString("R", CultureInfo.InvariantCulture)
            );
    }

    private void WriteSummary(string executionId)
    {
        var text = File.ReadAllText(
            ReportSamples.Recorded("install-clean-noreboot/patch-inventory-from-last-operation.json")
        );
        using var summary = JsonDocument.Parse(text);
        var recorded = summary.RootElement.GetProperty("Content")[0].GetProperty("ExecutionId").GetString()!;
        File.WriteAllText(
            _directory.File("ssm/patch-configuration/patch-inventory-from-last-operation.json"),
            text.Replace(recorded, executionId, StringComparison.Ordinal)
        );
        Assert.Equal(
            executionId,
            SummaryFile
                .Read(Path.Combine(State, "patch-configuration/patch-inventory-from-last-operation.json"))
                .ExecutionId
        );
    }

    private IEnumerable<string> Entries() =>
        Directory.GetFileSystemEntries(State).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal);

    private IEnumerable<string> Visits(RebootMarker marker) =>
        Directory
            .GetFileSystemEntries(Path.Combine(State, $"patch-baseline-operations-reboot-{(int)marker}"))
            .Select(e => Path.GetFileName(e)!)
            .Order(StringComparer.Ordinal);
}
