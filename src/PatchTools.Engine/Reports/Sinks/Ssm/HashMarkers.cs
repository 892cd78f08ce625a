using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Reports.Sinks.Ssm;

/// <summary>
/// <c>pb-hashes/&lt;hash&gt;</c>: an empty directory named after the compliance content that was uploaded last
/// (reference 07 §7). Without it the content is sent whole, so a problem here costs some bytes and nothing else: it is
/// only logged.
/// </summary>
internal sealed class HashMarkers(HostContext host, IRunObserver observer)
{
    private readonly string _directory = Path.Combine(host.Paths.StateDirectory, "pb-hashes");

    public bool Contains(string hash) => Directory.Exists(Path.Combine(_directory, hash));

    /// <summary>
    /// When this host last uploaded a report, with PatchTools or the reference; null when it cannot be told.
    /// </summary>
    public DateTimeOffset? LastUpload()
    {
        try
        {
            return Directory
                .EnumerateDirectories(_directory)
                .Select(d => (DateTimeOffset?)new DateTimeOffset(Directory.GetLastWriteTimeUtc(d)))
                .Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Debug($"{_directory} cannot be read: {e.Message}");
            return null;
        }
    }

    /// <summary>Makes <paramref name="hash"/> the only marker.</summary>
    public void Replace(string hash)
    {
        try
        {
            AtomicFile.CreateDirectory(_directory);
            foreach (var entry in Directory.EnumerateFileSystemEntries(_directory))
                Remove(entry);
            var marker = Path.Combine(_directory, hash);
            AtomicFile.CreateDirectory(marker);
            Directory.SetLastWriteTimeUtc(marker, host.Clock.GetUtcNow().UtcDateTime);
            NativeFile.FlushDirectory(_directory);
        }
        catch (Exception e) when (e is PatchToolsException or IOException or UnauthorizedAccessException)
        {
            observer.Verbose(
                $"The marker of the uploaded content could not be set, so the next report is sent whole: {e.Message}"
            );
        }
    }

    /// <summary>Removes an empty directory; whatever else lies there is not the protocol's and stays.</summary>
    private void Remove(string entry)
    {
        try
        {
            AtomicFile.DeleteDirectory(entry, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Verbose($"{entry} could not be removed: {e.Message}");
        }
    }
}
