using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Reports.Completing;

namespace PatchTools.Reports.Saving;

/// <summary>
/// Reports in full, one file each, in PatchTools' own data directory; the newest <see cref="Kept"/> stay.
/// </summary>
internal sealed class ReportArchive(HostContext host, IRunObserver observer)
{
    public const int Kept = 20;

    private readonly string _directory = Path.Combine(host.Paths.DataDirectory, "reports");

    /// <param name="report">The finished report.</param>
    /// <param name="contentHash">Of its summary: two reports of one second do not meet.</param>
    /// <returns>The file.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public string Add(ComplianceReport report, string contentHash)
    {
        var path = Path.Combine(_directory, SummaryHistory.NameOf(ReportTime.Of(report.End), contentHash));
        AtomicFile.Write(path, FullReport.Serialize(report));
        foreach (var oldest in Directory.GetFiles(_directory, "*.json").Order(StringComparer.Ordinal).SkipLast(Kept))
            TryDelete(oldest);
        return path;
    }

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
