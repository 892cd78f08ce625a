using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Ports;

namespace PatchTools.Reports.Saving;

/// <summary>
/// Summaries of earlier runs, one file each, in PatchTools' own data directory; the newest <see cref="Kept"/> stay.
/// </summary>
internal sealed class SummaryHistory(HostContext host, IRunObserver observer)
{
    public const int Kept = 100;

    private readonly string _directory = Path.Combine(host.Paths.DataDirectory, "history");

    /// <param name="summary">As it is sent.</param>
    /// <param name="verdict">What the counts do not say: whether the run could tell at all.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Add(InventoryItem summary, ComplianceVerdict verdict)
    {
        AtomicFile.Write(
            Path.Combine(_directory, NameOf(summary.CaptureTime, summary.ContentHash)),
            SummaryFile.Serialize(summary, verdict)
        );
        foreach (var oldest in Directory.GetFiles(_directory, "*.json").Order(StringComparer.Ordinal).SkipLast(Kept))
            TryDelete(oldest);
    }

    /// <summary>
    /// A summary with the verdict that the history has of its run; the summary's own file has no room for it.
    /// </summary>
    public PatchSummary WithVerdict(PatchSummary summary)
    {
        var path = Path.Combine(_directory, NameOf(ReportTime.Of(summary.OperationEnd), summary.ContentHash));
        try
        {
            return summary with { Verdict = SummaryFile.Read(path).Verdict };
        }
        catch (PatchToolsException e)
            when (e.Error == PatchErrors.SummaryNotFound || e.Error == PatchErrors.SummaryMalformed)
        {
            observer.Debug($"The verdict of the run is not known: {e.Message}");
            return summary;
        }
    }

    /// <summary>
    /// Newest first, with the last run's even when the reference made it. A file that cannot be read is named in a
    /// warning and left out.
    /// </summary>
    public IReadOnlyList<PatchSummary> Read()
    {
        List<PatchSummary> summaries = [];
        string[] files = [];
        try
        {
            files = Directory.GetFiles(_directory, "*.json");
        }
        catch (DirectoryNotFoundException)
        {
            observer.Debug($"There is no history at {_directory} yet.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warning($"The history {_directory} cannot be read: {e.Message}");
        }

        foreach (var file in files.Append(new SummaryFile(host).Path))
        {
            try
            {
                var summary = SummaryFile.Read(file);
                if (!summaries.Any(s => s.ContentHash == summary.ContentHash && s.OperationEnd == summary.OperationEnd))
                    summaries.Add(summary);
            }
            catch (PatchToolsException e) when (e.Error == PatchErrors.SummaryMalformed)
            {
                observer.Warning(e.Message);
            }
            catch (PatchToolsException e) when (e.Error == PatchErrors.SummaryNotFound)
            {
                observer.Debug(e.Message);
            }
        }

        return [.. summaries.OrderByDescending(s => s.OperationEnd)];
    }

    /// <summary>Sorts by time, and two runs of one second do not meet.</summary>
    internal static string NameOf(string captureTime, string hash) =>
        $"{string.Concat(captureTime.Where(letter => letter is not ('-' or ':')))}-"
        + $"{hash[..Math.Min(12, hash.Length)]}.json";

    private void TryDelete(string file)
    {
        try
        {
            AtomicFile.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Debug($"{file} could not be deleted: {e.Message}");
        }
    }
}
