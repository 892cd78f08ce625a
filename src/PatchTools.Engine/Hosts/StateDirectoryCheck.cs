using PatchTools.Errors;
using PatchTools.Files;

namespace PatchTools.Hosts;

/// <summary>
/// Whether a directory that somebody named may hold what PatchTools remembers, before anything is read from it or
/// written to it.
/// </summary>
public static class StateDirectoryCheck
{
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateDirectoryUnsafe"/>: somebody else could change
    /// what is in it.</exception>
    public static void Require(HostContext host)
    {
        var path = Path.GetFullPath(host.Paths.StateDirectory);
        string? reason;
        try
        {
            reason = host.IsRoot ? Trust.WhyNotData(path) : WhyNotOwn(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.StateDirectoryUnsafe,
                $"{path} cannot be the state directory: {e.Message}",
                path,
                e
            );
        }

        if (reason is not null)
            throw new PatchToolsException(
                PatchErrors.StateDirectoryUnsafe,
                $"{path} cannot be the state directory: {reason}.",
                path
            );
    }

    /// <summary>Root's may be read, which is what the file modes are for.</summary>
    private static string? WhyNotOwn(string path) =>
        FileStatus.OfTarget(path) is { } status
        && status.Owner != 0
        && status.Owner != FileStatus.OfTarget("/proc/self")?.Owner
            ? $"it belongs to user {status.Owner}"
            : null;
}
