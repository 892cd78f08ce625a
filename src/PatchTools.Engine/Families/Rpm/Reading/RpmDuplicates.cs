using PatchTools.Processes;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// Packages that are installed in two versions although only one is meant to be: a transaction was ended between
/// installing the new one and removing the one before. Kernels, and what the configuration or the package itself says
/// of several versions, are none.
/// </summary>
internal sealed class RpmDuplicates(RpmPlace place, IProcessRunner runner)
{
    private const char Record = '\u001e';
    private const char Field = '\u001f';

    /// <summary>More names than anybody reads in one line.</summary>
    private const int Named = 20;

    /// <summary>dnf's and yum's own list (installonlypkgs), and zypper's of products (multiversion).</summary>
    private static readonly string[] s_severalProvides =
    [
        "installonlypkg(kernel)",
        "installonlypkg(kernel-module)",
        "installonlypkg(vm)",
        "multiversion(kernel)",
    ];

    /// <summary>One sentence for people; null when nothing is there twice.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<string?> CautionAsync(
        IReadOnlyList<RpmPackage> installed,
        IReadOnlyCollection<string> configured,
        CancellationToken cancellationToken
    ) => Caution(await FindAsync(installed, configured, cancellationToken));

    /// <summary>What is there twice; a command only where something may be.</summary>
    /// <param name="installed">What rpm has.</param>
    /// <param name="configured">
    /// What the tool's configuration allows in several versions: names, or <c>provides:NAME</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<IReadOnlyList<RpmDuplicate>> FindAsync(
        IReadOnlyList<RpmPackage> installed,
        IReadOnlyCollection<string> configured,
        CancellationToken cancellationToken
    )
    {
        var several = installed
            .GroupBy(p => (p.Name, p.Architecture))
            .Where(g => g.Count() > 1 && !IsKernel(g.Key.Name) && !configured.Contains(g.Key.Name))
            .ToList();
        if (several.Count == 0)
            return [];
        var meant = await MeantAsync([.. several.Select(g => g.Key.Name)], configured, cancellationToken);
        return
        [
            .. several
                .Where(g => !meant.Contains(g.Key.Name))
                .Select(g => new RpmDuplicate(
                    g.Key.Name,
                    g.Key.Architecture,
                    [.. g.Select(p => p.Edition).Order(RpmVersion.Order)]
                )),
        ];
    }

    /// <inheritdoc cref="CautionAsync"/>
    public static string? Caution(IReadOnlyList<RpmDuplicate> left)
    {
        if (left.Count == 0)
            return null;
        var shown = string.Join(", ", left.Take(Named));
        var names = left.Count <= Named ? shown : FormattableString.Invariant($"{shown} and {left.Count - Named} more");
        return $"Installed in two versions, as an interrupted transaction leaves them: {names}. Find out which one "
            + "works before the other is removed.";
    }

    private static bool IsKernel(string name) =>
        RpmKernels.IsKernel(name)
        || name.StartsWith("kernel", StringComparison.Ordinal)
        || name.StartsWith("kmod-", StringComparison.Ordinal);

    // rpm 4.18.0, fields parted by U+001F and packages by U+001E:
    // kernel-default | kernel | kernel-uname-r | multiversion(kernel) | kernel-default
    private async Task<HashSet<string>> MeantAsync(
        IReadOnlyList<string> names,
        IReadOnlyCollection<string> configured,
        CancellationToken cancellationToken
    )
    {
        const string ofProvides = "provides:";
        HashSet<string> provides =
        [
            .. s_severalProvides,
            .. configured.Select(c => c.StartsWith(ofProvides, StringComparison.Ordinal) ? c[ofProvides.Length..] : c),
        ];
        var command = new Command(
            "rpm",
            [
                .. place.Options,
                "-q",
                "--queryformat",
                $"%{{NAME}}[{Field}%{{PROVIDENAME}}]{Record}",
                "--",
                .. names.Distinct(StringComparer.Ordinal),
            ]
        );
        var answer = await runner.RunAsync(command, cancellationToken);
        return
        [
            .. answer
                .StandardOutput.Split(Record)
                .Select(r => r.TrimStart('\n').Split(Field))
                .Where(fields => fields.Skip(1).Any(provides.Contains))
                .Select(fields => fields[0]),
        ];
    }
}

/// <summary>A package that is installed in several versions.</summary>
/// <param name="Name">Package name.</param>
/// <param name="Architecture">rpm architecture.</param>
/// <param name="Editions">The oldest first.</param>
internal sealed record RpmDuplicate(string Name, string Architecture, IReadOnlyList<string> Editions)
{
    public override string ToString() => $"{Name} ({string.Join(", ", Editions)})";
}
