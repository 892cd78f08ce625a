using PatchTools.PackageManagers.Rpm;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Zypper;

/// <summary>
/// Packages that an interrupted transaction left in two versions: it was ended between installing the new one and removing the one before. Packages that may be there in several versions
/// (<c>multiversion</c> of zypp.conf, kernels) are none.
/// </summary>
internal sealed class ZypperDuplicates(string root, IProcessRunner runner, ZypperConfiguration configuration)
{
    private const char Record = '\u001e';
    private const char Field = '\u001f';

    /// <summary>The older versions, <c>name-version-release.arch</c>. One rpm query, and a second where something is there twice.</summary>
    /// <exception cref="CommandFailedException">rpm cannot read its database.</exception>
    public async Task<IReadOnlyList<string>> OlderAsync()
    {
        var query = new RpmQuery(root, runner);
        var several = (await query.InstalledAsync(CancellationToken.None))
            .GroupBy(p => (p.Name, p.Architecture))
            .Where(g => g.Count() > 1 && !ZypperKernels.IsKernel(g.Key.Name))
            .ToList();
        if (several.Count == 0)
            return [];
        var command = new Command(
            "rpm",
            [
                .. query.Database(),
                "-q",
                "--queryformat",
                $"%{{NAME}}[{Field}%{{PROVIDENAME}}]{Record}",
                .. several.Select(g => g.Key.Name).Distinct(StringComparer.Ordinal),
            ]
        );
        var meant = Meant((await runner.RunAsync(command, CancellationToken.None)).StandardOutput);
        return
        [
            .. several
                .Where(g => !meant.Contains(g.Key.Name))
                .SelectMany(g => g.OrderByDescending(p => p.Edition, RpmVersion.Order).Skip(1))
                .Select(p => $"{p.Name}-{RpmVersion.WithoutEpoch(p.Edition)}.{p.Architecture}"),
        ];
    }

    // rpm 4.18.0, fields parted by U+001F and packages by U+001E:
    // kernel-default | kernel | kernel-uname-r | multiversion(kernel) | kernel-default
    /// <summary>Names of packages of which several versions may be installed.</summary>
    private HashSet<string> Meant(string output)
    {
        // multiversion = provides:multiversion(kernel), kernel-debug
        var configured = configuration.Main.List("multiversion");
        HashSet<string> meant = new(configured, StringComparer.Ordinal);
        HashSet<string> provides =
        [
            .. configured
                .Where(c => c.StartsWith("provides:", StringComparison.Ordinal))
                .Select(c => c["provides:".Length..]),
            "multiversion(kernel)",
        ];
        foreach (var fields in output.Split(Record).Select(r => r.TrimStart('\n').Split(Field)))
        {
            if (fields.Skip(1).Any(provides.Contains))
                meant.Add(fields[0]);
        }

        return meant;
    }
}
