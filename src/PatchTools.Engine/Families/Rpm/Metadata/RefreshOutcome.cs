namespace PatchTools.Families.Rpm.Metadata;

/// <summary>What a refresh came to: which repositories the tool could not ask, and why.</summary>
internal sealed record RefreshOutcome(DateTimeOffset Began, IReadOnlyDictionary<string, string> Failures)
{
    /// <summary>
    /// Why the repository was not confirmed; null when it was. Its files say when that was last, whatever the tool
    /// printed.
    /// </summary>
    /// <param name="repository">Id.</param>
    /// <param name="confirmed">When it was last confirmed.</param>
    public string? FailureOf(string repository, DateTimeOffset? confirmed) =>
        Failures.GetValueOrDefault(repository)
        ?? (confirmed < Began || confirmed is null ? "it was not confirmed" : null);
}
