using PatchTools.Patterns;

namespace PatchTools.Evaluation;

/// <summary>
/// How a family of package managers writes and orders its packages, and how lists name them. Pure; safe from several
/// threads.
/// </summary>
internal abstract class FamilyLanguage
{
    /// <summary>Order of full version texts.</summary>
    public abstract IComparer<string> VersionOrder { get; }

    /// <summary>The approved list of a baseline.</summary>
    public abstract PatchList Approved(IReadOnlyList<string> entries, string nativeArchitecture);

    /// <summary>The rejected list of a baseline: it names packages, never advisories.</summary>
    public abstract PatchList Rejected(IReadOnlyList<string> entries, string nativeArchitecture);

    /// <summary>
    /// Index of the first pattern of an install override list that names the version; -1 when none does. Override
    /// lists name packages by their identity in every family (reference 04, 05 §2.3).
    /// </summary>
    /// <param name="patterns">Patterns of the list.</param>
    /// <param name="name">Bare name, UTF-8.</param>
    /// <param name="architecture">Multi-arch sense on dpkg, rpm's own on rpm.</param>
    /// <param name="nativeArchitecture">That of the host.</param>
    /// <param name="edition">Full version text, UTF-8.</param>
    public abstract int FirstMatch(
        PatternList patterns,
        ReadOnlySpan<byte> name,
        string architecture,
        string nativeArchitecture,
        ReadOnlySpan<byte> edition
    );
}
