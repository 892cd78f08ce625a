using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Json;
using PatchTools.Snapshots;

namespace PatchTools.Fleet;

/// <summary>
/// What the documents that ship with the module accept as values of their parameters, by name. Checked before anything
/// is sent, whatever the document: a document of somebody else's may put a value into its script as text.
/// </summary>
internal static class DocumentParameters
{
    private const string UrlLetters = @"A-Za-z0-9._~:/?#\[\]@!&()*+,;=%";
    private const string KeyLetters = @"A-Za-z0-9._~:?#\[\]@!&()*+,;=% ^|";
    private const string SlashedKeyLetters = @"A-Za-z0-9._~:/?#\[\]@!&()*+,;=% ^|";

    private const string Place =
        "^(https://["
        + UrlLetters
        + "-]+|s3://[A-Za-z0-9._-]+/(["
        + SlashedKeyLetters
        + "-]*/)?["
        + KeyLetters
        + @"-]+)?\z";

    /// <summary>
    /// Patterns as the documents have them; none lets through a control character, a quote, a backtick or <c>$</c>.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Patterns { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SnapshotId"] = @"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})?\z",
            ["InstallOverrideList"] = Place,
            ["BaselineOverride"] = Place,
            ["PreInstallHookDocName"] = @"^[a-zA-Z0-9_:/.-]{3,200}\z",
            ["PostInstallHookDocName"] = @"^[a-zA-Z0-9_:/.-]{3,200}\z",
            ["OnExitHookDocName"] = @"^[a-zA-Z0-9_:/.-]{3,200}\z",
            ["PayloadBucket"] = @"^([a-z0-9][a-z0-9.-]{1,62}|([a-z0-9][a-z0-9.-]{0,40})?\{region\}[a-z0-9.-]{0,40})?\z",
            ["PayloadKeyPrefix"] = @"^[A-Za-z0-9._/-]{0,200}\z",
            ["PayloadVersion"] = @"^([0-9]+([.][0-9]+){1,3})?\z",
            ["PayloadSha256"] = @"^([0-9a-fA-F]{64})?\z",
        };

    private static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        ["Operation"] = ["Scan", "Install"],
        ["RebootOption"] = ["RebootIfNeeded", "NoReboot"],
    };

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.FleetTargetInvalid"/> names the parameter and the
    /// first letter that is not accepted.</exception>
    public static void Check(IReadOnlyDictionary<string, string> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            if (Accepts(name, value))
                continue;
            var place = value.Contains("://", StringComparison.Ordinal);
            throw new PatchToolsException(
                PatchErrors.FleetTargetInvalid,
                $"{name} is {JsonPlace.Quote(place ? LocationReader.Describe(value) : value)}, which the "
                    + $"documents do not accept{Reason(value)}.",
                name
            );
        }
    }

    /// <summary>
    /// Names that are not of these documents are the business of the service and of whoever wrote the document.
    /// </summary>
    public static bool Accepts(string name, string value)
    {
        if (Values.TryGetValue(name, out var values))
            return values.Contains(value, StringComparer.Ordinal);
        return !Patterns.TryGetValue(name, out var pattern)
            || Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    private static string Reason(string value)
    {
        foreach (var letter in value)
        {
            if (letter is '\'' or '"' or '`' or '$' or '{' or '}' or '\\')
                return $": it contains {letter}; write it in percent-encoding";
            if (letter is < ' ' or > '~')
                return $": it contains the character U+{(int)letter:X4}; write it in percent-encoding";
        }

        return "";
    }
}
