namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// What <c>dpkg --audit</c> and <c>apt-get check</c> complain of: packages that are not completely installed,
/// dependencies that nothing meets.
/// </summary>
internal sealed class DpkgCondition
{
    /// <summary>More names than anybody reads in one line.</summary>
    private const int Named = 20;

    private readonly DpkgDependencies _dependencies = new();
    private readonly List<string> _incomplete = [];

    /// <summary>Number of packages with a current version.</summary>
    public int Installed { get; private set; }

    /// <param name="name">Of a package with a current version.</param>
    /// <param name="version">That version.</param>
    /// <param name="status">dpkg's three words.</param>
    /// <param name="stanza">The whole paragraph.</param>
    public void Add(string name, string version, string[] status, ReadOnlySpan<byte> stanza)
    {
        Installed++;
        if (status[1] != "ok" || status[2] != "installed")
            _incomplete.Add($"{name} ({(status[1] == "ok" ? status[2] : $"{status[2]}, {status[1]}")})");
        if (status[2] != "half-installed")
            _dependencies.Add(name, version, stanza, isUnpackedOnly: status[2] == "unpacked");
    }

    public IEnumerable<string> Cautions()
    {
        if (_incomplete.Count > 0)
            yield return $"dpkg has not completely installed {Names(_incomplete)}: dpkg --configure -a finishes "
                + "them, dpkg --audit says more.";
        if (_dependencies.Unmet() is { Count: > 0 } unmet)
            yield return $"Dependencies of installed packages are not met: {Names(unmet)}; apt-get --fix-broken "
                + "install repairs them.";
    }

    private static string Names(IReadOnlyList<string> names) =>
        names.Count <= Named
            ? string.Join(", ", names)
            : FormattableString.Invariant($"{string.Join(", ", names.Take(Named))} and {names.Count - Named} more");
}
