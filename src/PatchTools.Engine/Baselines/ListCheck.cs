using System.Text.RegularExpressions;
using PatchTools.Families.Shared;
using static PatchTools.Baselines.BaselineCheck;

namespace PatchTools.Baselines;

/// <summary>
/// Approved and rejected patches: ids where the family has none, entries that undo each other, and what has no effect.
/// </summary>
internal static partial class ListCheck
{
    private const string Approved = "ApprovedPatches";
    private const string Rejected = "RejectedPatches";

    public static IEnumerable<BaselineIssue> Of(PatchBaseline baseline, Family family) =>
        ApprovedEntries(baseline, family)
            .Concat(RejectedEntries(baseline))
            .Concat(Repeated(baseline))
            .Concat(WithoutEffect(baseline, family));

    private static IEnumerable<BaselineIssue> ApprovedEntries(PatchBaseline baseline, Family family)
    {
        foreach (var entry in baseline.ApprovedPatches)
        {
            if (baseline.RejectedPatches.Contains(entry, StringComparer.OrdinalIgnoreCase))
                yield return Issue(
                    BaselineIssueLevel.Warning,
                    BaselineIssueKind.NeverMatches,
                    Approved,
                    $"{Quote(entry)} is rejected as well, and rejecting wins.",
                    "Remove it from one of the lists.",
                    entry
                );
            else if (!family.Meaning.HasAdvisories && IsId(entry))
                yield return Issue(
                    BaselineIssueLevel.Warning,
                    BaselineIssueKind.NeverMatches,
                    Approved,
                    $"{Quote(entry)} never matches: {family.Name}'s packages carry no advisory, CVE or Bugzilla ids.",
                    "Name the package.",
                    entry
                );
        }
    }

    private static IEnumerable<BaselineIssue> RejectedEntries(PatchBaseline baseline)
    {
        foreach (var entry in baseline.RejectedPatches)
        {
            if (entry.Length > 0 && entry.All(c => c == '*'))
                yield return Issue(
                    BaselineIssueLevel.Error,
                    BaselineIssueKind.Hole,
                    Rejected,
                    $"{Quote(entry)} rejects every package: the baseline approves nothing.",
                    "Name what is to be rejected.",
                    entry
                );
            else if (IsId(entry))
                yield return Issue(
                    BaselineIssueLevel.Warning,
                    BaselineIssueKind.NeverMatches,
                    Rejected,
                    $"{Quote(entry)} never matches: the rejected list names packages, not advisories.",
                    "Name the package.",
                    entry
                );
        }
    }

    private static IEnumerable<BaselineIssue> Repeated(PatchBaseline baseline)
    {
        foreach (
            var (list, entries) in new[] { (Approved, baseline.ApprovedPatches), (Rejected, baseline.RejectedPatches) }
        )
        {
            foreach (
                var group in entries
                    .GroupBy(entry => entry, StringComparer.OrdinalIgnoreCase)
                    .Where(group => group.Count() > 1)
            )
                yield return Issue(
                    BaselineIssueLevel.Information,
                    BaselineIssueKind.Superfluous,
                    list,
                    $"{Quote(group.Key)} is in the list {group.Count()} times.",
                    "Once is enough.",
                    group.Key
                );
        }
    }

    private static IEnumerable<BaselineIssue> WithoutEffect(PatchBaseline baseline, Family family)
    {
        if (
            baseline.ApprovedPatchesEnableNonSecurity
            && (baseline.ApprovedPatches.Count == 0 || !family.Meaning.NonSecurityDecides)
        )
            yield return Issue(
                BaselineIssueLevel.Information,
                BaselineIssueKind.Ignored,
                Approved,
                family.Meaning.NonSecurityDecides
                    ? "ApprovedPatchesEnableNonSecurity has no effect without approved patches."
                    : $"ApprovedPatchesEnableNonSecurity has no effect on {family.Name}.",
                "Leave it out."
            );
        if (
            baseline.ApprovedPatches.Count == 0
            && baseline.ApprovedPatchesComplianceLevel != ComplianceLevel.UNSPECIFIED
        )
            yield return Issue(
                BaselineIssueLevel.Information,
                BaselineIssueKind.Ignored,
                Approved,
                "ApprovedPatchesComplianceLevel has no effect without approved patches.",
                "Leave it out."
            );
        if (baseline.RejectedPatches.Count == 0 && baseline.RejectedPatchesAction == RejectedPatchesAction.BLOCK)
            yield return Issue(
                BaselineIssueLevel.Information,
                BaselineIssueKind.Ignored,
                Rejected,
                "RejectedPatchesAction has no effect without rejected patches.",
                "Leave it out."
            );
    }

    /// <summary>
    /// CVE ids, advisory ids with a year (<c>RHSA-2026:0864</c>, <c>ALAS2023-2026-123</c>, <c>SUSE-SLE-…-2026-1</c>)
    /// and Bugzilla numbers.
    /// </summary>
    private static bool IsId(string entry) => Id().IsMatch(entry);

    [GeneratedRegex(
        @"^(?:CVE-\d{4}-\d+|(?:RH|AL|RL|EL)[SBE]A-\d{4}[:-]\d+|ALAS\w*-\d{4}-\d+|SUSE-[A-Z].*-\d{4}-\d+|\d{4,})\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Id();
}
