using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Processes;

/// <summary>
/// What the programs that PatchTools runs find in their environment. As root only what is on the list: a variable of
/// the caller's could name a library, a Python module or a configuration for the package manager to run. As another
/// user all of the caller's, who could run the program himself.
/// </summary>
internal static class ChildEnvironment
{
    private const string RootsHome = "/root";

    /// <summary>Who runs, where a terminal is, and how the network is reached.</summary>
    private static readonly HashSet<string> s_kept = new(StringComparer.Ordinal)
    {
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "TERM",
        "TZ",
        "http_proxy",
        "https_proxy",
        "ftp_proxy",
        "all_proxy",
        "no_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "FTP_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
    };

    /// <param name="host">Whose environment and privilege.</param>
    /// <param name="searchPath">PATH of the child.</param>
    /// <param name="meant">What the command itself sets; wins over the caller's.</param>
    public static Dictionary<string, string> Of(
        HostContext host,
        string searchPath,
        IReadOnlyDictionary<string, string> meant
    )
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach (var (name, value) in host.Environment)
        {
            if (!host.IsRoot || s_kept.Contains(name))
                environment[name] = value;
        }

        // sudo -E keeps the home of whoever called it, where rpm, zypper and Python look for settings and code. Agents
        // are started without any.
        if (host.IsRoot && (!environment.TryGetValue("HOME", out var home) || !IsRootsAlone(home)))
            environment["HOME"] = RootsHome;
        foreach (var (name, value) in meant)
            environment[name] = value;
        environment["PATH"] = searchPath;

        // Parsers meet one language only; gettext puts LANGUAGE before the locale.
        environment["LC_ALL"] = "C.UTF-8";
        environment.Remove("LANGUAGE");
        return environment;
    }

    private static bool IsRootsAlone(string directory) =>
        Path.IsPathRooted(directory) && Trust.WhyNot(directory) is null;
}
