using System.Globalization;

namespace PatchTools.Evaluation;

/// <summary>
/// Where the host's own policy stands against the baseline's decision: shown, never obeyed by a scan (design §4: holds,
/// pins, phasing, versionlock).
/// </summary>
internal static class HostPolicyLines
{
    public const string Held = "held by the administrator";

    /// <param name="installed">What the host says of the package.</param>
    /// <param name="approved">The edition that is to be installed.</param>
    /// <param name="tool">Name of the package manager.</param>
    /// <param name="order">Order of editions.</param>
    /// <param name="decider">Who wants it.</param>
    public static IReadOnlyList<string> Of(
        InstalledPackage installed,
        string approved,
        string tool,
        IComparer<string> order,
        string decider = "the baseline approves"
    )
    {
        List<string> lines = [];
        if (installed.IsHeld)
            lines.Add(Held);
        if (installed.IsBroken)
            lines.Add(
                installed.Status.Length == 0
                    ? "not completely installed"
                    : $"not completely installed ({installed.Status})"
            );
        var passedOver = PassedOver(installed, approved);
        if (passedOver is not null)
            lines.Add($"{tool} would not choose this by itself: {passedOver.Reason}");
        if (
            installed.CandidateEdition is { } candidate
            && !string.Equals(candidate, approved, StringComparison.Ordinal)
            && (installed.PolicyNote is not null || order.Compare(candidate, approved) < 0)
        )
        {
            lines.Add(
                candidate == installed.Edition
                    ? $"{tool} would stay at {candidate}, {decider} {approved}"
                    : $"{tool} would take {candidate}, {decider} {approved}"
            );
        }

        if (installed.PolicyNote is { } note && passedOver is null)
            lines.Add(note);
        if (
            installed.PhasedPercentage is { } percentage
            && (installed.CandidateEdition is null || installed.CandidateEdition == approved)
        )
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"phased to {percentage} % of hosts; an approval does not wait for it"
                )
            );
        return lines;
    }

    /// <summary>
    /// What makes the native tool pass over an edition unless it is asked for it; null when nothing does.
    /// </summary>
    public static RefusedEdition? PassedOver(InstalledPackage installed, string edition)
    {
        foreach (var unchosen in installed.UnchosenEditions)
        {
            if (unchosen.Edition == edition)
                return unchosen;
        }

        return null;
    }
}
