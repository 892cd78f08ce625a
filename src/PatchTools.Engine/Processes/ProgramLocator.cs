using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Processes;

/// <summary>
/// Where the programs lie that PatchTools runs: the first of <see cref="HostPaths.ProgramDirectories"/> that has one,
/// never the current directory and never the caller's PATH. Root runs only what nobody but root can change.
/// </summary>
internal sealed class ProgramLocator(HostContext host, IRunObserver observer)
{
    private const UnixFileMode AnyExecute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private string? _searchPath;

    /// <summary>
    /// PATH of every child: the directories, without those that somebody but root can change where root runs.
    /// </summary>
    public string SearchPath => _searchPath ??= string.Join(':', host.Paths.ProgramDirectories.Where(IsSafe));

    /// <summary>Absolute path of a program.</summary>
    /// <param name="program">A name without a directory, or an absolute path.</param>
    /// <exception cref="ArgumentException">A relative path.</exception>
    /// <exception cref="FileNotFoundException">No directory has it, or none that root may use; the message says
    /// which.</exception>
    public string Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal) && !Path.IsPathRooted(program))
            throw new ArgumentException($"{program} is neither a name nor an absolute path.", nameof(program));
        List<string> skipped = [];
        IEnumerable<string> places = Path.IsPathRooted(program)
            ? [program]
            : host.Paths.ProgramDirectories.Select(d => Path.Combine(d, program));
        foreach (var path in places)
        {
            if (!IsProgram(path))
                continue;
            if (!host.IsRoot || Trust.WhyNot(path) is not { } reason)
                return path;
            skipped.Add($"{path} is not run as root: {reason}");
            Tell(
                $"{path} is passed over: {reason}. What root runs must be root's alone, with every directory above it."
            );
        }

        if (skipped.Count > 0)
            throw new FileNotFoundException(string.Join("; ", skipped));
        throw new FileNotFoundException(
            Path.IsPathRooted(program)
                ? "there is no such program"
                : $"none of {string.Join(", ", host.Paths.ProgramDirectories)} has it"
        );
    }

    private static bool IsProgram(string path) =>
        FileStatus.OfTarget(path) is { Kind: FileKind.Regular } status && ((UnixFileMode)status.Mode & AnyExecute) != 0;

    private bool IsSafe(string directory) => !host.IsRoot || Trust.WhyNot(directory) is null;

    private void Tell(string warning)
    {
        lock (_told)
        {
            if (!_told.Add(warning))
                return;
        }

        observer.Warning(warning);
    }
}
