using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Shared;

/// <summary>
/// What PatchTools remembers of lists, in <c>metadata</c> of its own data. It saves time and nothing else, so that it
/// makes room for what a run must leave behind.
/// </summary>
internal static class RememberedLists
{
    private const int NoSpace = 28; // ENOSPC
    private const int NoQuota = 122; // EDQUOT

    /// <summary>Absolute path of their directory.</summary>
    public static string FolderOf(HostContext host) => Path.Combine(host.Paths.DataDirectory, "metadata");

    /// <summary>Writes; where no space is left, deletes what is remembered and writes once more.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static void GiveWayTo(Action write, HostContext host, IRunObserver observer)
    {
        try
        {
            write();
        }
        catch (PatchToolsException e) when (IsWithoutSpace(e) && Forget(host) is > 0 and var deleted)
        {
            observer.Warning(
                FormattableString.Invariant(
                    $"{e.Message}. {deleted} remembered lists in {FolderOf(host)} were deleted to make room."
                )
            );
            write();
        }
    }

    private static bool IsWithoutSpace(PatchToolsException e) =>
        e.Error == PatchErrors.StateUnwritable && e.InnerException is IOException { HResult: NoSpace or NoQuota };

    /// <summary>How many were deleted. What cannot be deleted stays: the next write says what is wrong.</summary>
    private static int Forget(HostContext host)
    {
        var deleted = 0;
        try
        {
            foreach (var file in Directory.EnumerateFiles(FolderOf(host)).ToList())
            {
                AtomicFile.Delete(file);
                deleted++;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is remembered, or it is out of reach.
        }

        return deleted;
    }
}
