namespace PatchTools.Families.Apt.Reading;

/// <summary>One line or paragraph of an image's sources, as read.</summary>
/// <param name="Address">URI of the repository.</param>
/// <param name="Suites">One or more.</param>
/// <param name="Components">None in a flat repository.</param>
/// <param name="Options">By their name in a line.</param>
/// <param name="Repositories">What it names, one for each suite.</param>
internal sealed record AptSourceEntry(
    string Address,
    IReadOnlyList<string> Suites,
    IReadOnlyList<string> Components,
    IReadOnlyDictionary<string, string> Options,
    IReadOnlyList<AptRepository> Repositories
);
