namespace PatchTools.Model;

/// <summary>
/// Decides for every family whether an inventory is proof, that is, whether an update could have been found missing.
/// Nothing known is never nothing missing.
/// </summary>
internal static class InventoryProof
{
    /// <summary>
    /// Why the inventory proves nothing, each the beginning of a sentence without its full stop ("no repository is
    /// enabled"); empty when it is proven.
    /// </summary>
    public static IReadOnlyList<string> ReasonsAgainst(HostInventory inventory)
    {
        List<string> reasons = [];
        if (inventory.Installed.Count == 0)
            reasons.Add("the package database has no installed package");
        if (inventory.Repositories.Count == 0)
            reasons.Add("no repository is enabled");
        else
            reasons.AddRange(OfRepositories(inventory));
        reasons.AddRange(inventory.Doubts.Select(Continued));
        return reasons;
    }

    /// <summary>The reasons as one clause.</summary>
    public static string Clause(IReadOnlyList<string> reasons) =>
        reasons.Count switch
        {
            0 => "",
            1 => FirstSentence(reasons[0]),
            2 => $"{FirstSentence(reasons[0])}, and {FirstSentence(reasons[1])}",
            _ => FormattableString.Invariant(
                $"{FirstSentence(reasons[0])}, and there are {reasons.Count - 1} more reasons"
            ),
        };

    /// <summary>
    /// The reasons as sentences of their own, and the repositories that the host marks as dispensable and that tell
    /// nothing (design §4 "refresh partly failed").
    /// </summary>
    public static IEnumerable<string> Warnings(HostInventory inventory) =>
        [
            .. ReasonsAgainst(inventory).Select(reason => $"Not proven: {reason}."),
            .. inventory
                .Repositories.Where(repository => repository is { HasUsableMetadata: false, SkipIfUnavailable: true })
                .Select(repository =>
                    $"Repository {repository.Name} is skipped (skip_if_unavailable): it has no usable metadata, and "
                    + "its "
                    + "updates are not known."
                ),
        ];

    private static IEnumerable<string> OfRepositories(HostInventory inventory)
    {
        var repositories = inventory.Repositories;
        List<RepositoryHealth> needed =
        [
            .. repositories.Where(repository => !repository.HasUsableMetadata && !repository.SkipIfUnavailable),
        ];
        foreach (
            var spoilt in needed.Where(repository =>
                repository.Status is RepositoryStatus.Damaged or RepositoryStatus.Unreadable
            )
        )
            yield return Spoilt(spoilt);
        List<string> old =
        [
            .. needed
                .Where(repository => repository.Status is not (RepositoryStatus.Damaged or RepositoryStatus.Unreadable))
                .Select(repository => repository.Name),
        ];
        if (old.Count > 0)
            yield return $"{Named(old, "has", "have")} no recent metadata";

        List<string> usable =
        [
            .. repositories.Where(repository => repository.HasUsableMetadata).Select(repository => repository.Name),
        ];
        if (usable.Count == 0)
        {
            // Each was named already, unless the host marks some as dispensable.
            if (needed.Count < repositories.Count)
                yield return "no enabled repository has usable metadata";
        }
        else if (needed.Count == 0 && !HasOperatingSystem(inventory))
        {
            yield return $"none of the repositories with usable metadata is the operating system's ({Listed(usable)})";
        }
    }

    /// <summary>Whether a repository with usable metadata is the operating system's.</summary>
    private static bool HasOperatingSystem(HostInventory inventory)
    {
        var repositories = inventory.Repositories;
        if (repositories.Any(repository => repository is { HasUsableMetadata: true, IsOperatingSystem: true }))
            return true;
        if (repositories.All(repository => repository.IsOperatingSystem is not null))
            return false;

        // Who made the inventory did not say it: what the repositories offer decides.
        var offersMost = OperatingSystemRepository.OfferMostPackages(inventory.Packages, repositories.Count);
        return repositories
            .Where(
                (repository, index) =>
                    repository is { HasUsableMetadata: true, IsOperatingSystem: null } && offersMost[index]
            )
            .Any();
    }

    /// <summary>A sentence as the rest of another one.</summary>
    private static string Continued(string sentence)
    {
        var text = sentence.TrimEnd('.');
        return text.Split(' ')[0] is "The" or "A" or "An" or "No" or "It"
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;
    }

    /// <summary>What comes after it says what to do, and is among the warnings.</summary>
    private static string FirstSentence(string text)
    {
        for (
            var stop = text.IndexOf(". ", StringComparison.Ordinal);
            stop >= 0;
            stop = text.IndexOf(". ", stop + 2, StringComparison.Ordinal)
        )
        {
            if (stop + 2 < text.Length && char.IsUpper(text[stop + 2]))
                return text[..stop];
        }

        return text;
    }

    private static string Spoilt(RepositoryHealth repository)
    {
        var what = repository.Status == RepositoryStatus.Damaged ? "is damaged" : "cannot be read";
        return repository.Message is { Length: > 0 } message
            ? $"{repository.Name} {what} ({FirstSentence(message.TrimEnd('.'))})"
            : $"{repository.Name} {what}";
    }

    private static string Named(List<string> names, string one, string many) =>
        names.Count == 1
            ? $"{names[0]} {one}"
            : FormattableString.Invariant($"{names[0]} and {names.Count - 1} more {many}");

    private static string Listed(List<string> names)
    {
        const int shown = 3;
        return names.Count <= shown
            ? string.Join(", ", names)
            : FormattableString.Invariant($"{string.Join(", ", names.Take(shown))} and {names.Count - shown} more");
    }
}
