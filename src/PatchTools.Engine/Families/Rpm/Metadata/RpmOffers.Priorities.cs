using System.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Metadata;

/// <content>What a repository of a better priority hides, and what an advisory brings back.</content>
internal sealed partial class RpmOffers
{
    /// <summary>Origins that are hidden by another repository's priority, and what they were.</summary>
    private readonly Dictionary<int, int> _lessPreferred = [];

    /// <summary>
    /// Of a name only the repositories of the best priority that offer it are seen. As the solvers have it, what can
    /// never follow the installed package hides nothing: one for another architecture and, but for dnf 5, an older
    /// version.
    /// </summary>
    public void ApplyPriorities(PriorityRule rule)
    {
        if (repositories.Select(r => r.Priority).Distinct().Count() < 2)
            return;
        Dictionary<(string Name, string Architecture), int> best = [];
        for (var version = 0; version < builder.VersionCount; version++)
        {
            foreach (var origin in builder.OriginsOf(version))
            {
                if (builder.Origin(origin) is not { IsOffer: true } offer || !CanHide(version, rule))
                    continue;
                foreach (var followed in FollowedBy(version, rule))
                {
                    if (
                        !best.TryGetValue(followed, out var known)
                        || repositories[offer.Repository].Priority < repositories[known].Priority
                    )
                        best[followed] = offer.Repository;
                }
            }
        }

        for (var version = 0; version < builder.VersionCount; version++)
            HideLessPreferred(version, [.. FollowedBy(version, rule).Where(best.ContainsKey).Select(f => best[f])]);
    }

    /// <summary>What a version can follow of several installed packages is seen where it is the best for one.</summary>
    private void HideLessPreferred(int version, List<int> preferred)
    {
        if (preferred.Count == 0)
            return;
        var (bestId, bestPriority) = repositories[preferred.MaxBy(index => repositories[index].Priority)];
        foreach (var origin in builder.OriginsOf(version).ToArray())
        {
            if (builder.Origin(origin) is not { IsOffer: true } offer)
                continue;
            var (id, priority) = repositories[offer.Repository];
            if (priority <= bestPriority)
                continue;
            var hidden = Hidden(origin, $"{bestId} has priority {bestPriority}, {id} {priority}");
            _lessPreferred[hidden] = origin;
            builder.ReplaceOrigin(version, origin, hidden);
        }
    }

    /// <summary>
    /// The installed packages that a version may follow, by name and architecture; else its name alone.
    /// </summary>
    private List<(string Name, string Architecture)> FollowedBy(int version, PriorityRule rule)
    {
        var name = Encoding.UTF8.GetString(builder.NameOf(version));
        if (rule == PriorityRule.ByName || !_speakers.TryGetValue(name, out var speakers))
            return [(name, "")];
        List<(string, string)> followed = [];
        foreach (var index in speakers)
        {
            var installed = builder.Installed(index).Architecture;
            if (IsSamePackage(builder.ArchitectureOf(version), Encoding.UTF8.GetBytes(installed)))
                followed.Add((name, installed));
        }

        return followed.Count > 0 ? followed : [(name, "")];
    }

    /// <summary>
    /// Whether a version could replace what is installed of its name, or is it; anything could where nothing is. To
    /// dnf 4 it may also be what is newer than the oldest kernel alone, to dnf 5 of any age.
    /// </summary>
    private bool CanHide(int version, PriorityRule rule)
    {
        if (!_speakers.TryGetValue(Encoding.UTF8.GetString(builder.NameOf(version)), out var speakers))
            return true;
        var architecture = builder.ArchitectureOf(version);
        var edition = Encoding.UTF8.GetString(builder.EditionOf(version));
        foreach (var index in speakers)
        {
            var installed = builder.Installed(index);
            if (
                IsSamePackage(architecture, Encoding.UTF8.GetBytes(installed.Architecture))
                && (
                    rule == PriorityRule.ByArchitectureAtAnyAge
                    || RpmVersion.Order.Compare(edition, LeastEdition(index, rule)) >= 0
                )
            )
                return true;
        }

        return false;
    }

    private string LeastEdition(int index, PriorityRule rule) =>
        rule == PriorityRule.ByName ? builder.Installed(index).Edition : _oldest[index];

    private static bool IsSamePackage(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) =>
        x.SequenceEqual(y) || x.SequenceEqual("noarch"u8) || y.SequenceEqual("noarch"u8);

    /// <summary>
    /// What an advisory asks for is seen whatever the priorities say, where nothing that is seen will do: of the
    /// versions that will, those of the best repository. zypper's resolver does so for a needed patch, which conflicts
    /// with every older version.
    /// </summary>
    public void ShowNeeded()
    {
        if (_lessPreferred.Count == 0)
            return;
        Dictionary<int, List<int>> versions = [];
        for (var version = 0; version < builder.VersionCount; version++)
        {
            if (InstalledOf(version) is not (var index and >= 0))
                continue;
            if (!versions.TryGetValue(index, out var list))
                versions[index] = list = [];
            list.Add(version);
        }

        foreach (var named in _advisories.Keys)
        {
            if (
                InstalledOf(named) is not (var index and >= 0)
                || RpmVersion.Order.Compare(EditionOf(named), builder.Installed(index).Edition) <= 0
            )
                continue;
            List<int> fitting =
            [
                .. versions[index].Where(v => RpmVersion.Order.Compare(EditionOf(v), EditionOf(named)) >= 0),
            ];
            if (fitting.Exists(OffersAny))
                continue;
            var hidden = fitting
                .SelectMany(v => builder.OriginsOf(v).ToArray().Select(o => (Version: v, Origin: o)))
                .Where(h => _lessPreferred.ContainsKey(h.Origin))
                .ToList();
            if (hidden.Count == 0)
                continue;
            var best = hidden.Min(h => PriorityOf(h.Origin));
            foreach (var (version, origin) in hidden.Where(h => PriorityOf(h.Origin) == best))
                builder.ReplaceOrigin(version, origin, _lessPreferred[origin]);
        }

        // A package that goes from noarch to an architecture of the host, or back, is the one that is installed.
        int InstalledOf(int version) =>
            builder.InstalledOf(version) is var own and >= 0 ? own : InstalledUnderOtherArchitecture(version);

        int PriorityOf(int origin) => repositories[builder.Origin(origin).Repository].Priority;

        string EditionOf(int version) => Encoding.UTF8.GetString(builder.EditionOf(version));
    }
}
