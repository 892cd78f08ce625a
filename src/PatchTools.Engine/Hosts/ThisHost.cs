using System.Collections;

namespace PatchTools.Hosts;

/// <summary>The host as the process of a front end sees it: the only place where the engine asks the process.</summary>
public static class ThisHost
{
    /// <summary>Places, environment and privilege of this process, with the clock of the system.</summary>
    /// <param name="stateDirectory">As somebody named it; null for the place that fits the user.</param>
    public static HostContext Read(string? stateDirectory)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        var isRoot = Environment.IsPrivilegedProcess;

        // A service is started without HOME; .NET then asks the list of users.
        if (
            environment.GetValueOrDefault("HOME") is not { Length: > 0 }
            && Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home
        )
            environment["HOME"] = home;

        // What leads apt to another configuration, and with it to other commands, is not taken from whoever called
        // root.
        if (isRoot)
            environment.Remove("APT_CONFIG");
        return new HostContext
        {
            Paths = HostPaths.For(isRoot, stateDirectory, environment),
            Environment = environment,
            IsRoot = isRoot,
        };
    }
}
