using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;

namespace PatchTools.Families.Apt.Refresh;

/// <summary>
/// Writes an image's sources once more for the apt of this host: only kinds of repositories that apt fetches without
/// running or mounting anything, only options that are known, keys as copies.
/// </summary>
internal static partial class AptImageSources
{
    /// <summary>
    /// Options of a line and the fields of a paragraph that they stand for (sources.list(5)); those of keys are apart.
    /// </summary>
    private static readonly (string Option, string Field)[] s_options =
    [
        ("arch", "Architectures"),
        ("arch+", "Architectures-Add"),
        ("arch-", "Architectures-Remove"),
        ("lang", "Languages"),
        ("lang+", "Languages-Add"),
        ("lang-", "Languages-Remove"),
        ("target", "Targets"),
        ("target+", "Targets-Add"),
        ("target-", "Targets-Remove"),
        ("trusted", "Trusted"),
        ("pdiffs", "PDiffs"),
        ("by-hash", "By-Hash"),
        ("allow-insecure", "Allow-Insecure"),
        ("allow-weak", "Allow-Weak"),
        ("allow-downgrade-to-insecure", "Allow-Downgrade-To-Insecure"),
        ("check-valid-until", "Check-Valid-Until"),
        ("valid-until-min", "Valid-Until-Min"),
        ("valid-until-max", "Valid-Until-Max"),
        ("check-date", "Check-Date"),
        ("date-max-future", "Date-Max-Future"),
        ("inrelease-path", "InRelease-Path"),
    ];

    /// <summary>Why apt is not given an entry; null when it is.</summary>
    /// <param name="address">As apt would be given it.</param>
    /// <param name="entry">The entry.</param>
    public static string? RefusalOf(ImageAddress address, AptSourceEntry entry)
    {
        if (address.Refusal is { } refusal)
            return AptUri.Redact(refusal);
        if (!entry.Suites.Concat(entry.Components).All(ImageWords.IsWord))
            return "its suite or component is not a plain word";

        // A server knows where its own root is; a folder of this host does not.
        return entry.Suites.Concat(entry.Components).SelectMany(w => w.Split('/')).Contains("..")
            ? "its suite or component climbs"
            : null;
    }

    /// <summary>A paragraph of the deb822 style.</summary>
    /// <param name="entry">One that <see cref="RefusalOf"/> does not refuse.</param>
    /// <param name="address">As apt is given it.</param>
    /// <param name="copiesKey">Copies a keyring, by its path in the image, and answers the copy's; null when it is not
    /// there.</param>
    public static string Paragraph(AptSourceEntry entry, string address, Func<string, string?> copiesKey)
    {
        var text = new StringBuilder();
        text.Append("Types: deb\nURIs: ").Append(address).Append('\n');
        text.Append("Suites: ").AppendJoin(' ', entry.Suites).Append('\n');
        if (entry.Components.Count > 0)
            text.Append("Components: ").AppendJoin(' ', entry.Components).Append('\n');
        foreach (var (option, field) in s_options)
        {
            if (entry.Options.GetValueOrDefault(option) is { } value && OptionValue().IsMatch(value))
                text.Append(field).Append(": ").Append(value.Replace(',', ' ')).Append('\n');
        }

        if (entry.Options.GetValueOrDefault("signed-by") is { } keys)
            text.Append("Signed-By:").Append(SignedBy(keys, copiesKey)).Append('\n');
        return text.Append('\n').ToString();
    }

    /// <summary>
    /// Keyrings by the path of their copy, fingerprints, or a key itself. What is none of these is replaced by a
    /// keyring without keys.
    /// </summary>
    private static string SignedBy(string keys, Func<string, string?> copiesKey)
    {
        const string none = " /nonexistent/keyring.gpg";
        if (keys.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            var lines = keys.Split('\n', StringSplitOptions.TrimEntries);
            return lines.All(l => KeyLine().IsMatch(l))
                ? "\n" + string.Join('\n', lines.Select(l => $" {(l.Length == 0 ? "." : l)}"))
                : none;
        }

        var words = keys.Split([',', ' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select(Signer));

        string Signer(string word)
        {
            if (word.StartsWith('/') && copiesKey(word) is { } copy)
                return $" {copy}";
            return Fingerprint().IsMatch(word) ? $" {word}" : none;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._,:+/-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex OptionValue();

    [GeneratedRegex(@"^[A-Za-z0-9+/=:. -]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeyLine();

    [GeneratedRegex(@"^[0-9A-Fa-f]{8,64}!?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Fingerprint();
}
