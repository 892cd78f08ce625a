using PatchTools.Errors;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Reads sources.list(5): one-line files, deb822 files, and the text of a baseline's own sources.</summary>
internal static class AptSourcesReader
{
    /// <summary>Every enabled binary source of a host, in apt's order.</summary>
    /// <param name="root">The host's root directory.</param>
    /// <param name="warnings">Takes lines that cannot be read, with their place.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static IReadOnlyList<AptSource> ReadHost(string root, List<string> warnings)
    {
        List<AptSource> sources = [];
        var main = Path.Combine(root, "etc/apt/sources.list");
        if (File.Exists(main))
            sources.AddRange(ReadLines(Text(main), main, warnings));
        var parts = Path.Combine(root, "etc/apt/sources.list.d");
        if (!Directory.Exists(parts))
            return sources;
        foreach (var file in Directory.GetFiles(parts).Order(StringComparer.Ordinal))
        {
            if (file.EndsWith(".list", StringComparison.Ordinal))
                sources.AddRange(ReadLines(Text(file), file, warnings));
            else if (file.EndsWith(".sources", StringComparison.Ordinal))
                sources.AddRange(ReadStanzas(Text(file), file, warnings));
        }

        return sources;
    }

    /// <summary>Text of either form: deb822 when its first field says so.</summary>
    public static IReadOnlyList<AptSource> ReadText(string text, string place, List<string> warnings) =>
        text.Split('\n').Any(l => l.StartsWith("Types:", StringComparison.OrdinalIgnoreCase)) ? ReadStanzas(text, place, warnings) : ReadLines(text, place, warnings);

    // deb [arch=amd64 trusted=yes] http://deb.debian.org/debian bookworm main contrib
    public static IReadOnlyList<AptSource> ReadLines(string text, string place, List<string> warnings)
    {
        List<AptSource> sources = [];
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Contains('#', StringComparison.Ordinal) ? raw[..raw.IndexOf('#', StringComparison.Ordinal)] : raw;
            var where = $"{place}:{number}";
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
            if (words.Count == 0 || words[0] == "deb-src")
                continue;
            if (words[0] != "deb")
            {
                warnings.Add($"{where}: '{words[0]}' is no source type; the line is left out.");
                continue;
            }

            words.RemoveAt(0);
            Dictionary<string, string> options = new(StringComparer.OrdinalIgnoreCase);
            if (words.Count > 0 && words[0].StartsWith('['))
            {
                var open = line.IndexOf('[', StringComparison.Ordinal);
                var close = line.IndexOf(']', StringComparison.Ordinal);
                if (close < open)
                {
                    warnings.Add($"{where}: the options do not end with ]; the line is left out.");
                    continue;
                }

                foreach (var option in line[(open + 1)..close].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                {
                    var equals = option.IndexOf('=', StringComparison.Ordinal);
                    if (equals > 0)
                        options[option[..equals].TrimEnd('+', '-')] = option[(equals + 1)..];
                }

                words = [.. line[(close + 1)..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
            }

            if (words.Count < 2 || (words.Count == 2) != words[1].EndsWith('/'))
            {
                warnings.Add($"{where}: wanted an address, a suite and components; the line is left out.");
                continue;
            }

            sources.Add(new AptSource
            {
                Uri = words[0],
                Suite = words[1],
                Components = words[2..],
                Architectures = options.TryGetValue("arch", out var arch) ? arch.Split(',', StringSplitOptions.RemoveEmptyEntries) : null,
                Trusted = options.TryGetValue("trusted", out var trusted) ? IsYes(trusted) : null,
                Place = where,
            });
        }

        return sources;
    }

    public static IReadOnlyList<AptSource> ReadStanzas(string text, string place, List<string> warnings)
    {
        List<AptSource> sources = [];
        foreach (var stanza in Deb822.Stanzas(text))
        {
            if (!Deb822.Words(stanza, "Types").Contains("deb", StringComparer.Ordinal) || (stanza.TryGetValue("Enabled", out var enabled) && !IsYes(enabled)))
                continue;
            var uris = Deb822.Words(stanza, "URIs");
            var suites = Deb822.Words(stanza, "Suites");
            var components = Deb822.Words(stanza, "Components");
            if (uris.Count == 0 || suites.Count == 0 || (components.Count == 0 && suites.Any(s => !s.EndsWith('/'))))
            {
                warnings.Add($"{place}: a stanza lacks URIs, Suites or Components; it is left out.");
                continue;
            }

            foreach (var uri in uris)
            {
                foreach (var suite in suites)
                {
                    sources.Add(new AptSource
                    {
                        Uri = uri,
                        Suite = suite,
                        Components = components,
                        Architectures = stanza.ContainsKey("Architectures") ? Deb822.Words(stanza, "Architectures") : null,
                        Trusted = stanza.TryGetValue("Trusted", out var trusted) ? IsYes(trusted) : null,
                        Place = place,
                    });
                }
            }
        }

        return sources;
    }

    private static bool IsYes(string text) => text.Trim().ToLowerInvariant() is "yes" or "true" or "on" or "1" or "enable" or "with";

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"{path} cannot be read: {e.Message}", path, e);
        }
    }
}
