namespace PatchTools.Differential.Tests.Apt;

/// <summary>
/// A random host of apt: what dpkg has, what archives offer, and what the administrator says of both.
/// </summary>
internal sealed record AptUniverse : IUniverse<AptUniverse>
{
    /// <summary>Architectures of dpkg, native first.</summary>
    public required IReadOnlyList<string> Architectures { get; init; }

    public required IReadOnlyList<AptInstalled> Installed { get; init; }

    public required IReadOnlyList<AptArchive> Archives { get; init; }

    public IReadOnlyList<AptPin> Pins { get; init; } = [];

    public string? DefaultRelease { get; init; }

    /// <summary>Sources as deb822 stanzas and not one line each.</summary>
    public bool IsDeb822 { get; init; }

    public IEnumerable<AptUniverse> Smaller()
    {
        foreach (var archives in Without(Archives))
            yield return this with
            {
                Archives = archives,

                // apt refuses to work where the default release is none of the sources.
                DefaultRelease = archives.Any(a => a.Suite == DefaultRelease) ? DefaultRelease : null,
            };
        foreach (var installed in Without(Installed))
            yield return this with
            {
                Installed = installed,
            };
        foreach (var pins in Without(Pins))
            yield return this with
            {
                Pins = pins,
            };
        if (DefaultRelease is not null)
            yield return this with
            {
                DefaultRelease = null,
            };
        if (IsDeb822)
            yield return this with
            {
                IsDeb822 = false,
            };
        if (Architectures.Count > 1)
            yield return this with
            {
                Architectures = [Architectures[0]],
            };
        for (var i = 0; i < Archives.Count; i++)
        {
            foreach (var smaller in Archives[i].Smaller())
                yield return this with
                {
                    Archives = [.. Archives.Take(i), smaller, .. Archives.Skip(i + 1)],
                };
        }

        for (var i = 0; i < Installed.Count; i++)
        {
            foreach (var smaller in Installed[i].Smaller())
                yield return this with
                {
                    Installed = [.. Installed.Take(i), smaller, .. Installed.Skip(i + 1)],
                };
        }
    }

    public IEnumerable<string> Features()
    {
        if (Architectures.Count > 1)
            yield return "several architectures";
        if (Archives.Count > 1)
            yield return "several archives";
        if (Archives.Any(a => a.Indexes.Select(i => i.Component).Distinct(StringComparer.Ordinal).Count() > 1))
            yield return "several components";
        foreach (var pin in Pins)
            yield return $"pin by {pin.Pin.Split(' ')[0]}";
        if (Pins.Any(p => p.Priority < 0))
            yield return "negative pin";
        if (Pins.Any(p => p.Priority > 1000))
            yield return "pin above 1000";
        if (DefaultRelease is not null)
            yield return "Default-Release";
        yield return IsDeb822 ? "deb822" : "one-line sources";
        if (Archives.Any(a => a.IsNotAutomatic))
            yield return "NotAutomatic";
        if (Archives.Any(a => a.IsButAutomaticUpgrades))
            yield return "ButAutomaticUpgrades";
        if (Archives.Any(a => !a.IsTrusted))
            yield return "archive without signature";
        if (Archives.Any(a => a.Damage is not null))
            yield return "damaged list";
        if (Archives.Any(a => a.IsStale))
            yield return "stale list";
        if (Installed.Any(p => p.IsHeld))
            yield return "hold";
        var stanzas = Archives.SelectMany(a => a.Indexes).SelectMany(i => i.Stanzas).ToList();
        if (stanzas.Any(s => s.Phased is not null))
            yield return "phasing";
        if (stanzas.Any(s => s.Version.Contains(':', StringComparison.Ordinal)))
            yield return "epoch";
        if (stanzas.Any(s => s.Version.Contains('~', StringComparison.Ordinal)))
            yield return "tilde";
        if (stanzas.Any(s => s.Version.Any(char.IsAsciiLetterLower)))
            yield return "letters in versions";
        if (stanzas.Any(s => s.Depends is not null))
            yield return "dependencies";
        if (stanzas.Any(s => s.MultiArch is not null))
            yield return "Multi-Arch";
        if (stanzas.GroupBy(s => (s.Name, s.Architecture, s.Version)).Any(g => g.Distinct().Count() > 1))
            yield return "one version, two builds";
    }

    /// <summary>The list without one item, each in turn.</summary>
    internal static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> items)
    {
        for (var i = 0; i < items.Count; i++)
            yield return [.. items.Take(i), .. items.Skip(i + 1)];
    }
}

/// <summary>A package that dpkg has.</summary>
internal sealed record AptInstalled(string Name, string Architecture, string Version)
{
    public bool IsHeld { get; init; }

    public string? MultiArch { get; init; }

    public string? Depends { get; init; }

    public IEnumerable<AptInstalled> Smaller()
    {
        if (IsHeld)
            yield return this with
            {
                IsHeld = false,
            };
        if (Depends is not null)
            yield return this with
            {
                Depends = null,
            };
    }
}

/// <summary>One enabled source with its Release file.</summary>
internal sealed record AptArchive(string Site, string Suite, string Codename, string Origin, string Label)
{
    public string Version { get; init; } = "12.1";

    public bool IsNotAutomatic { get; init; }

    public bool IsButAutomaticUpgrades { get; init; }

    /// <summary>apt has verified its signature.</summary>
    public bool IsTrusted { get; init; } = true;

    /// <summary>Its metadata was last confirmed long ago.</summary>
    public bool IsStale { get; init; }

    /// <summary>
    /// What befell one of its lists: <c>zeros</c>, <c>cut</c>, <c>other</c>, <c>changed</c>; null for nothing.
    /// </summary>
    public string? Damage { get; init; }

    public required IReadOnlyList<AptIndex> Indexes { get; init; }

    public IEnumerable<AptArchive> Smaller()
    {
        foreach (var indexes in AptUniverse.Without(Indexes))
        {
            if (indexes.Count > 0)
                yield return this with
                {
                    Indexes = indexes,
                };
        }

        if (IsNotAutomatic || IsButAutomaticUpgrades)
            yield return this with
            {
                IsNotAutomatic = false,
                IsButAutomaticUpgrades = false,
            };
        if (!IsTrusted)
            yield return this with
            {
                IsTrusted = true,
            };
        if (IsStale)
            yield return this with
            {
                IsStale = false,
            };
        if (Damage is not null)
            yield return this with
            {
                Damage = null,
            };
        for (var i = 0; i < Indexes.Count; i++)
        {
            foreach (var stanzas in AptUniverse.Without(Indexes[i].Stanzas))
                yield return With(i, stanzas);
            for (var s = 0; s < Indexes[i].Stanzas.Count; s++)
            {
                foreach (var smaller in Indexes[i].Stanzas[s].Smaller())
                    yield return With(i, [.. Indexes[i].Stanzas.Take(s), smaller, .. Indexes[i].Stanzas.Skip(s + 1)]);
            }
        }

        AptArchive With(int index, IReadOnlyList<AptStanza> stanzas) =>
            this with
            {
                Indexes =
                [
                    .. Indexes.Take(index),
                    Indexes[index] with
                    {
                        Stanzas = stanzas,
                    },
                    .. Indexes.Skip(index + 1),
                ],
            };
    }
}

/// <summary>One list: a component for an architecture.</summary>
internal sealed record AptIndex(string Component, string Architecture, IReadOnlyList<AptStanza> Stanzas);

/// <summary>One version that a list offers.</summary>
internal sealed record AptStanza(string Name, string Architecture, string Version)
{
    public string Priority { get; init; } = "optional";

    public string Section { get; init; } = "misc";

    public int Size { get; init; } = 1000;

    /// <summary>Percent; null where the update is not phased.</summary>
    public int? Phased { get; init; }

    public string? MultiArch { get; init; }

    public string? Depends { get; init; }

    public IEnumerable<AptStanza> Smaller()
    {
        if (Phased is not null)
            yield return this with
            {
                Phased = null,
            };
        if (Depends is not null)
            yield return this with
            {
                Depends = null,
            };
    }
}

/// <summary>One record of the preferences.</summary>
internal sealed record AptPin(string Packages, string Pin, int Priority);
