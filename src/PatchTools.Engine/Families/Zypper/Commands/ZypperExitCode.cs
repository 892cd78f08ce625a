using System.Globalization;

namespace PatchTools.Families.Zypper.Commands;

/// <summary>
/// zypper's exit codes by name (zypper(8), EXIT CODES). From 100 on they inform and the command has done its work.
/// </summary>
internal static class ZypperExitCode
{
    public const int Ok = 0;

    /// <summary>The resolver found no solution, or libzypp failed.</summary>
    public const int LibraryError = 4;

    public const int NoRepositories = 6;

    /// <summary>Another process holds the lock.</summary>
    public const int Locked = 7;

    /// <summary>What was committed did not all come through.</summary>
    public const int CommitError = 8;

    /// <summary>A reboot is suggested.</summary>
    public const int RebootNeeded = 102;

    /// <summary>The package manager was changed and is to be restarted.</summary>
    public const int RestartNeeded = 103;

    /// <summary>An argument names no package.</summary>
    public const int CapabilityNotFound = 104;

    /// <summary>Repositories were left out because they could not be refreshed.</summary>
    public const int RepositoriesSkipped = 106;

    /// <summary>Everything is installed, and a script of a package failed.</summary>
    public const int ScriptFailed = 107;

    /// <summary>All that zypper and a shell can answer with: none is a surprise for a transaction.</summary>
    public static IReadOnlyList<int> All { get; } = [.. Enumerable.Range(-1, 257)];

    /// <summary>The transaction was carried out, whatever else the code says.</summary>
    public static bool IsSuccess(int code) =>
        code is Ok or RebootNeeded or RestartNeeded or RepositoriesSkipped or ScriptFailed;

    /// <summary>For people: <c>102 (a reboot is suggested)</c>.</summary>
    public static string Describe(int code)
    {
        var meaning = code switch
        {
            1 => "an unexpected failure",
            2 => "wrong arguments",
            3 => "wrong parameters",
            LibraryError => "libzypp found no solution or failed",
            5 => "not root",
            NoRepositories => "no repositories are defined",
            Locked => "another process holds the lock",
            CommitError => "the transaction did not come through",
            100 => "updates are available",
            101 => "security updates are available",
            RebootNeeded => "a reboot is suggested",
            RestartNeeded => "the package manager must be restarted",
            CapabilityNotFound => "no repository offers it",
            105 => "ended by a signal",
            RepositoriesSkipped => "repositories were skipped",
            ScriptFailed => "a package's script failed",
            _ => null,
        };
        return meaning is null
            ? code.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{code} ({meaning})");
    }
}
