using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Files;

namespace PatchTools.Hosts;

/// <summary>Reads os-release(5).</summary>
internal static class OsReleaseFile
{
    // PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
    // NAME="Debian GNU/Linux"
    // VERSION_ID="12"
    // VERSION_CODENAME=bookworm
    // ID=debian
    // SUPPORT_END=2028-06-30
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static OsRelease Read(string root)
    {
        foreach (var relative in new[] { "etc/os-release", "usr/lib/os-release" })
        {
            var path = Path.Combine(root, relative);
            try
            {
                if (HostFiles.Exists(path))
                    return Parse(HostFiles.ReadAllLines(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PatchToolsException(
                    PatchErrors.PackageDatabaseUnreadable,
                    $"{path} cannot be read: {e.Message}",
                    path,
                    e
                );
            }
        }

        return Parse([]);
    }

    public static OsRelease Parse(IEnumerable<string> lines)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var line in lines.Select(l => l.Trim()))
        {
            if (!line.StartsWith('#') && line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
                values[line[..equals]] = Unquote(line[(equals + 1)..]);
        }

        return new OsRelease
        {
            Id = values.GetValueOrDefault("ID", "linux"),
            IdLike = values.GetValueOrDefault("ID_LIKE", "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            VersionId = values.GetValueOrDefault("VERSION_ID", ""),
            Codename = values.GetValueOrDefault("VERSION_CODENAME", ""),
            PrettyName = values.GetValueOrDefault("PRETTY_NAME", ""),
            Name = values.GetValueOrDefault("NAME", ""),
            PlatformId = values.GetValueOrDefault("PLATFORM_ID", ""),
            SupportEnd = DateOnly.TryParseExact(
                values.GetValueOrDefault("SUPPORT_END", ""),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var end
            )
                ? end
                : null,
        };
    }

    /// <summary>Shell-like quotes; a backslash keeps the next character inside double quotes.</summary>
    private static string Unquote(string text)
    {
        if (text.Length < 2 || text[0] is not ('"' or '\'') || text[^1] != text[0])
            return text;
        if (text[0] == '\'')
            return text[1..^1];
        var plain = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length - 1)
                i++;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }
}
