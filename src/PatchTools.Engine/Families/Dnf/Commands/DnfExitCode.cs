using System.Globalization;
using PatchTools.Processes;

namespace PatchTools.Families.Dnf.Commands;

/// <summary>Exit codes of dnf and yum (dnf(8), EXIT STATUS; yum(8) has the same).</summary>
internal static class DnfExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>An error that the tool did not foresee.</summary>
    public const int Unforeseen = 3;

    /// <summary>Of <c>check-update</c> alone: there are updates.</summary>
    public const int UpdatesAvailable = 100;

    /// <summary>A lock was held, and <c>exit_on_lock</c> is set.</summary>
    public const int LockHeld = 200;

    /// <summary>What it says then, with whatever code it ends.</summary>
    public const string LockWords = "exiting as configured by exit_on_lock";

    private const int BySignal = 128;

    /// <summary>
    /// Whether the tool ended because another process holds a lock: as exit_on_lock asks, or while it waited for one
    /// all the same.
    /// </summary>
    public static bool EndedForLock(CommandResult result) =>
        result.EndedForLock
        || result.ExitCode == LockHeld
        || (
            result.ExitCode != Done
            && $"{result.StandardError}\n{result.StandardOutput}".Contains(LockWords, StringComparison.Ordinal)
        );

    /// <summary>The code with its meaning, where it has one.</summary>
    public static string Describe(int code)
    {
        var meaning = code switch
        {
            Done => "done",
            Failed => "failed",
            Unforeseen => "an error that it does not know",
            UpdatesAvailable => "updates are available",
            LockHeld => "a lock was held",
            > BySignal and < BySignal + 32 => string.Create(
                CultureInfo.InvariantCulture,
                $"ended by signal {code - BySignal}"
            ),
            _ => null,
        };
        return meaning is null
            ? code.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{code} ({meaning})");
    }
}
