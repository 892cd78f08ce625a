using System.Globalization;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Processes;

/// <summary>
/// Where the transactions of one install write: one log that is kept, and one file for progress that is not. New names
/// for every install: what an earlier run left running may still write to its own.
/// </summary>
internal sealed record TransactionFiles(string LogPath, string StatusPath)
{
    /// <summary>Logs of installs that are kept.</summary>
    public const int KeptLogs = 10;

    private const string StatusSuffix = ".status";

    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.StateUnwritable"/>.</exception>
    public static TransactionFiles Create(HostContext host, string tool)
    {
        var directory = Path.Combine(host.Paths.DataDirectory, "logs");
        AtomicFile.CreateDirectory(directory, AtomicFile.PrivateDirectory);
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{tool}-{host.Clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}-{Environment.ProcessId}"
        );
        var files = new TransactionFiles(
            Path.Combine(directory, name + ".log"),
            Path.Combine(directory, name + StatusSuffix)
        );
        AtomicFile.Write(files.LogPath, [], AtomicFile.PrivateFile);
        foreach (
            var old in Directory
                .GetFiles(directory, $"{tool}-*.log")
                .Order(StringComparer.Ordinal)
                .SkipLast(KeptLogs)
                .Concat(Directory.GetFiles(directory, $"{tool}-*{StatusSuffix}"))
        )
            AtomicFile.Delete(old);
        return files;
    }

    /// <summary>Empties the progress of the transaction before.</summary>
    public void Reset() => AtomicFile.Write(StatusPath, [], AtomicFile.PrivateFile);

    /// <summary>Progress is of no use once all is done.</summary>
    public void Finish() => AtomicFile.Delete(StatusPath);
}
