using System.Globalization;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Ports;
using PatchTools.Reports.Saving;

namespace PatchTools.Reboot;

/// <summary>
/// How an operation survives the reboot it asks for (reference 08 §6, §7): it ends with 194, SSM's agent reboots the
/// host and runs it again, and the marker directories tell the second run that it is one. Directories and timestamp are
/// the reference's to the byte, so a fleet may mix both; whose marker it is stands in <see cref="RebootRequests"/>.
/// Called under the run lock.
/// </summary>
internal sealed class RebootMarkers(HostContext host, IRunObserver observer)
{
    private static readonly RebootMarker[] All =
    [
        RebootMarker.Patched,
        RebootMarker.PatchedWithFailures,
        RebootMarker.PatchedWithDependencyFailures,
    ];

    private readonly RebootRequests _requests = new(host, observer);
    private readonly string _command = host.Variable("SSM_COMMAND_ID") ?? "";

    /// <summary>
    /// At the start of a run, before anything else: is this the operation that asked for a reboot, come back? Counts
    /// the visit. Markers of other commands are removed; the reference lets them swallow whatever runs next. A scan
    /// never asks, so it never is the one.
    /// </summary>
    public ResumeDecision Resume(PatchOperation operation)
    {
        var request = operation == PatchOperation.Install ? _requests.Find(_command) ?? RequestOfReference() : null;
        foreach (var marker in All.Where(m => m != request?.Marker && Directory.Exists(PathOf(m))))
        {
            observer.Verbose($"{PathOf(marker)} was left by another operation and is removed.");
            Delete(marker);
        }

        if (request is null)
            return ResumeDecision.NoMarker;

        var directory = PathOf(request.Marker);
        var visits = Math.Max(Entries(directory), request.Visits);
        var decision = ResumeDecision.Of(
            new ResumeFacts
            {
                Marker = request.Marker,
                Visits = visits,
                Asked = Earlier(ReadTimestamp(request.Marker), request.Asked),
                Boot = BootTime(),
                HasOtherBootId = request.BootId.Length > 0 && BootId() is { Length: > 0 } now && now != request.BootId,
            }
        );
        if (decision.Step == ResumeStep.GaveUp)
        {
            Delete(request.Marker);
            _requests.Forget(_command);
            return decision;
        }

        // Also counted after a reboot: a run that dies each time it reports must not come back for ever.
        var isCounted = Count(directory, visits) | Remember(request with { Visits = visits + 1 });
        return isCounted || decision.Step != ResumeStep.AskAgain
            ? decision
            : new ResumeDecision(
                ResumeStep.GaveUp,
                FinalCode.GaveUp,
                $"The host has not rebooted as asked, and nothing can be written below "
                    + $"{host.Paths.StateDirectory} to count further requests; none is made."
            );
    }

    /// <summary>
    /// At the end of every run, also of one that failed: leaves the marker that the code asks for and removes all
    /// others (reference 08 §6). What cannot be written is a warning, since the run itself is done: the agent then runs
    /// the operation once more in full.
    /// </summary>
    public void Finish(FinalCode code)
    {
        if (code.Marker is not { } marker)
        {
            _requests.Forget(_command);
            foreach (var other in All)
                Delete(other);
            return;
        }

        var now = host.Clock.GetUtcNow();
        foreach (var other in All.Where(m => m != marker))
            Delete(other);

        // The request first: alone it is enough to come back by, a marker alone is not.
        Remember(new RebootRequest(_command, marker, now, Entries(PathOf(marker)), BootId()));
        try
        {
            AtomicFile.CreateDirectory(PathOf(marker));
            AtomicFile.Write(
                TimestampOf(marker),
                System.Text.Encoding.ASCII.GetBytes(PythonJsonWriter.FloatText(RebootRequests.EpochSeconds(now)))
            );
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.StateUnwritable)
        {
            observer.Warning($"The marker of the request for a reboot could not be left: {e.Message}");
        }
    }

    public string PathOf(RebootMarker marker) =>
        Path.Combine(
            host.Paths.StateDirectory,
            string.Create(CultureInfo.InvariantCulture, $"patch-baseline-operations-reboot-{(int)marker}")
        );

    /// <summary>
    /// A sibling of the directory, without a slash between; never removed, as the reference leaves it (reference 08
    /// §6).
    /// </summary>
    public string TimestampOf(RebootMarker marker) => PathOf(marker) + "timestamp";

    /// <summary>
    /// A marker that no command of PatchTools left is the reference's. The last summary names the command that wrote
    /// it, which then also left the marker; where it says nothing the marker is taken for this command's, as the
    /// reference takes every one.
    /// </summary>
    private RebootRequest? RequestOfReference()
    {
        foreach (var marker in All.Where(m => Directory.Exists(PathOf(m))))
        {
            if (
                (ReadTimestamp(marker) is { } asked && _requests.FindByTime(marker, asked) is not null)
                || (LastCommand() is { } last && last != _command)
            )
                continue;
            return new RebootRequest(_command, marker, Asked: null, Visits: 0, BootId: "");
        }

        return null;
    }

    /// <summary>The command of the last saved summary; null: nobody knows.</summary>
    private string? LastCommand()
    {
        try
        {
            return new SummaryFile(host).Read().ExecutionId is { Length: > 0 } last ? last : null;
        }
        catch (PatchToolsException)
        {
            return null;
        }
    }

    private DateTimeOffset? ReadTimestamp(RebootMarker marker)
    {
        // 1763880062.6186435
        try
        {
            return double.TryParse(
                string.Concat(AtomicFile.ReadLines(TimestampOf(marker))).Trim(),
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out var seconds
            )
                ? RebootRequests.Instant(seconds)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Another command may have asked after this one, with the same marker and so the same timestamp file.
    /// </summary>
    private static DateTimeOffset? Earlier(DateTimeOffset? x, DateTimeOffset? y)
    {
        if (x is null || y is null)
            return x ?? y;
        return x < y ? x : y;
    }

    private DateTimeOffset? BootTime() => HostFactsReader.BootTime(ProcText("uptime"), host.Clock.GetUtcNow());

    private string BootId() => ProcText("sys/kernel/random/boot_id")?.Trim() ?? "";

    private string? ProcText(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(host.Paths.ProcDirectory, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Entries(string directory)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(directory).Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>
    /// The reference names the entry after their number; where something else has that name the next free one counts as
    /// well.
    /// </summary>
    private bool Count(string directory, int visits)
    {
        var number = visits;
        while (Path.Exists(Path.Combine(directory, number.ToString(CultureInfo.InvariantCulture))))
            number++;
        try
        {
            AtomicFile.CreateDirectory(Path.Combine(directory, number.ToString(CultureInfo.InvariantCulture)));
            return true;
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.StateUnwritable)
        {
            observer.Warning($"The visit could not be counted: {e.Message}");
            return false;
        }
    }

    private bool Remember(RebootRequest request)
    {
        try
        {
            _requests.Save(request);
            return true;
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.StateUnwritable)
        {
            observer.Warning($"The request for a reboot could not be remembered: {e.Message}");
            return false;
        }
    }

    private void Delete(RebootMarker marker)
    {
        var directory = PathOf(marker);
        try
        {
            AtomicFile.DeleteDirectory(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There is none.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warning($"{directory} could not be deleted: {e.Message}");
        }
    }
}
