using PatchTools.Files;

namespace PatchTools.Hosts;

/// <summary>
/// Every place on disk that the engine touches; made once at composition (design §2 "Privileges and places").
/// </summary>
public sealed record HostPaths
{
    /// <summary>
    /// Root of the host whose packages are read; <c>/</c> or a mounted image. Absolute, without a slash at the end.
    /// </summary>
    public string Root
    {
        get;
        init
        {
            field = Path.TrimEndingDirectorySeparator(Path.GetFullPath(value));
            if (field != "/")
                ImageRoots.Enter(field);
        }
    } = "/";

    /// <summary>
    /// The reference's directory: holds <c>patch-configuration</c>, <c>pb-hashes</c> and the reboot markers.
    /// </summary>
    public string StateDirectory { get; init; } = SystemStateDirectory;

    /// <summary>
    /// PatchTools' own data: lock, spool, history. Never inside the directories that the reference counts and cleans.
    /// </summary>
    public string DataDirectory { get; init; } = SystemDataDirectory;

    public string ProcDirectory { get; init; } = "/proc";

    /// <summary>
    /// Where the programs of this machine are looked for, in this order; also of a mounted image nothing is ever run.
    /// </summary>
    public IReadOnlyList<string> ProgramDirectories { get; init; } =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>
    /// Home of users who have none, as passwd(5) of Debian and others spells it: nothing is ever kept there, nor in a
    /// directory of everybody's.
    /// </summary>
    public const string NoHome = "/nonexistent";

    public const string SystemStateDirectory = "/var/log/amazon/ssm";

    public const string SystemDataDirectory = "/var/lib/patchtools";

    /// <summary>
    /// Places of a run: an explicit state directory wins; else the system's for root, <c>$XDG_STATE_HOME/patchtools</c>
    /// for others.
    /// </summary>
    public static HostPaths For(bool isRoot, string? stateDirectory, IReadOnlyDictionary<string, string> environment)
    {
        if (stateDirectory is null && isRoot)
            return new HostPaths();
        if (stateDirectory is null)
        {
            var home = environment.GetValueOrDefault("HOME") is { Length: > 0 } h ? h : NoHome;
            var stateHome =
                environment.GetValueOrDefault("XDG_STATE_HOME") is { Length: > 0 } x && Path.IsPathRooted(x)
                    ? x
                    : Path.Combine(home, ".local", "state");
            stateDirectory = Path.Combine(stateHome, "patchtools");
        }

        return new HostPaths
        {
            StateDirectory = stateDirectory,
            DataDirectory = Path.Combine(stateDirectory, "patchtools-data"),
        };
    }

    /// <summary>A root as somebody named it: a link to <c>/</c> is this host.</summary>
    public static string RootOf(string root) =>
        Directory.Exists(root)
        && Directory.ResolveLinkTarget(Path.TrimEndingDirectorySeparator(root), returnFinalTarget: true)
            is { FullName: "/" }
            ? "/"
            : root;

    /// <summary>Path below <see cref="Root"/>.</summary>
    public string InRoot(string absolutePath) =>
        Root == "/" ? absolutePath : Path.Combine(Root, absolutePath.TrimStart('/'));

    /// <summary>Whether an image is judged and not the running host.</summary>
    public bool IsImage => Root != "/";
}

/// <summary>
/// The host as one run sees it: places, clock, environment, privilege. Nothing in the engine asks the process for
/// these.
/// </summary>
public sealed record HostContext
{
    public required HostPaths Paths { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public bool IsRoot { get; init; }

    public string? Variable(string name) => Environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
