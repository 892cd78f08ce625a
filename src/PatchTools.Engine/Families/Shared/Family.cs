using PatchTools.Evaluation;

namespace PatchTools.Families.Shared;

/// <summary>
/// What there is of a family in a root that os-release does not tell: the strongest sign wins, and of equal ones the
/// family that stands first in the registry.
/// </summary>
internal enum FamilySign
{
    None,

    /// <summary>A database without a package: its tool is a package like any other.</summary>
    EmptyDatabase,

    /// <summary>A database, and nothing else of the family.</summary>
    Database,

    /// <summary>A database that has packages, and not those of a base system.</summary>
    Packages,

    /// <summary>A database, and the configuration of the tool.</summary>
    ConfiguredTool,

    /// <summary>A database, and a tool that has repositories.</summary>
    Repositories,

    /// <summary>A database that has the packages of a base system.</summary>
    BaseSystem,
}

/// <summary>
/// Everything that the rest of the program needs to know of one family of package managers. A family has a folder, and
/// one line in the registry. Immutable; safe from several threads.
/// </summary>
internal abstract class Family
{
    public abstract PackageFamily Id { get; }

    /// <summary>Its package manager, for people: <c>apt</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The family whose baselines it takes: releases with yum and with dnf share theirs.
    /// </summary>
    public virtual PackageFamily Baselines => Id;

    // Where it is.

    /// <summary>Whether the root has a database of the family.</summary>
    public abstract bool HasDatabase(string root);

    /// <summary>The database for people, without its place where that may be any of several.</summary>
    public abstract string DatabaseKind(string root);

    /// <summary>The database for people, with its place or places.</summary>
    public abstract string DatabaseOf(string root);

    /// <summary>What there is of it in a root whose os-release names no system that is known.</summary>
    public abstract FamilySign SignIn(string root);

    // The host.

    public abstract IPackageManager Manager(HostSession session);

    /// <summary>Where its package manager works on this host.</summary>
    public abstract PackageManagerPlaces Places(HostSession session);

    /// <summary>Who says which package a file is of.</summary>
    public abstract IFileOwners FileOwners(HostSession session);

    // Judging.

    public abstract FamilyLanguage Language { get; }

    /// <summary>The decisions of one evaluation; not thread-safe.</summary>
    public abstract FamilyEvaluator Evaluator(EvaluationRequest request);

    /// <summary>
    /// How an install names itself in its report: the package managers of the reference spell it each in their own way,
    /// and the service sees it (reference 07 §2).
    /// </summary>
    /// <param name="typed">As the operation was typed.</param>
    /// <param name="hadWork">Something was to be installed.</param>
    public virtual string InstallSpelling(string typed, bool hadWork) => typed;

    // What fields of a baseline mean.

    public abstract BaselineMeaning Meaning { get; }
}

/// <summary>What fields of a baseline mean to a family (reference 03 §§2–4, 20 §4).</summary>
internal sealed record BaselineMeaning
{
    /// <summary>Keys that filters may have.</summary>
    public required IReadOnlyList<string> FilterKeys { get; init; }

    /// <summary>
    /// Whether a run fails at a filter of another key, and holds all filters of one key; else it ignores the one, and
    /// takes the last of the other.
    /// </summary>
    public required bool FiltersAreStrict { get; init; }

    /// <summary>
    /// Whether updates come with advisories, which have ids, types, severities and dates; else priorities and sections
    /// decide, and approval delays have no effect.
    /// </summary>
    public required bool HasAdvisories { get; init; }

    /// <summary>Whether <c>EnableNonSecurity</c> decides over what no advisory names.</summary>
    public required bool NonSecurityDecides { get; init; }

    /// <summary>Whether filter values compare exactly, capitals included.</summary>
    public bool ComparesExactly { get; init; }
}
