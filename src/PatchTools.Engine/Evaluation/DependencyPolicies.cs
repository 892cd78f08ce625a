using System.Globalization;
using System.Text;

namespace PatchTools.Evaluation;

/// <summary>
/// Which packages that nobody asked for a transaction may bring along (reference 09 §7.2 "Not allowed", 10 §9, 11
/// §9.1). Pure; safe from several threads.
/// </summary>
internal static class DependencyPolicies
{
    /// <param name="snapshot">Its baseline rejects, where no list is given.</param>
    /// <param name="language">That of the host's family.</param>
    /// <param name="native">Architecture of the host.</param>
    /// <param name="list">Takes the baseline's place: rejected patches do not matter then.</param>
    public static IDependencyPolicy For(
        PatchSnapshot snapshot,
        FamilyLanguage language,
        string native,
        InstallOverrideList? list
    )
    {
        if (list is not null)
            return new OverridePolicy(list, new OverridePatterns(list.Entries, language, native));
        var baseline = snapshot.Baseline;

        // What the action ALLOW_AS_DEPENDENCY rejects may come along in every family; the reference's yum and zypper
        // lock it out all the same (QUIRK).
        return new RejectionPolicy(
            baseline.RejectedPatchesAction == RejectedPatchesAction.BLOCK
                ? language.Rejected(baseline.RejectedPatches, native)
                : null
        );
    }

    private sealed class RejectionPolicy(PatchList? rejected) : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition) =>
            rejected?.FirstMatch(Encoding.UTF8.GetBytes(name), architecture, Encoding.UTF8.GetBytes(edition))
                is { } entry
                    and >= 0
                ? $"the baseline rejects '{rejected.Entries[entry]}' (BLOCK)"
                : null;
    }

    /// <summary>
    /// An id that names the package with a title that names another version pins it: AWS documents that such a list
    /// blocks what needs more.
    /// </summary>
    private sealed class OverridePolicy(InstallOverrideList list, OverridePatterns patterns) : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition)
        {
            var (nameUtf8, editionUtf8) = (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(edition));
            if (
                patterns.FirstMatch(nameUtf8, architecture, editionUtf8) >= 0
                || patterns.FirstMention(nameUtf8, architecture, editionUtf8) is var entry && entry < 0
            )
                return null;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the install override list, line {list.Entries[entry].Line}, allows only "
                    + $"{OverrideUse.Describe(list.Entries[entry])}"
            );
        }
    }
}
