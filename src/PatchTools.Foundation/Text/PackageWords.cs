using System.Text.RegularExpressions;

namespace PatchTools.Text;

/// <summary>
/// What names, architectures and versions are made of (deb-version(7), rpm's own check of a spec file). Only these
/// stand on a command line: dnf and yum know no <c>--</c> before packages, so that a name with a dash in front would be
/// an option, and one with an asterisk many packages.
/// </summary>
internal static partial class PackageWords
{
    public static bool ArePlain(string name, string architecture, string edition) =>
        Name().IsMatch(name) && Architecture().IsMatch(architecture) && Edition().IsMatch(edition);

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_+.%-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Architecture();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_+.~^%:-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Edition();
}
