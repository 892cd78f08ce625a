using System.Text.RegularExpressions;

namespace PatchTools.Families.Apt.Reading;

/// <summary>A kernel as <c>uname -r</c> and the names of its packages spell it: version, ABI and flavour.</summary>
/// <param name="Text">The whole, <c>6.1.0-18-cloud-amd64</c>.</param>
/// <param name="Version">Version and ABI, <c>6.1.0-18</c>: orders kernels of one flavour as Debian versions.</param>
/// <param name="Flavour"><c>cloud-amd64</c>; kernels of different flavours do not replace each other.</param>
internal sealed partial record KernelRelease(string Text, string Version, string Flavour)
{
    // Debian 12     6.1.0-18-amd64            linux-image-6.1.0-18-amd64, linux-image-6.1.0-18-amd64-unsigned
    // Debian 12     6.5.0-0.deb12.4-amd64     linux-image-6.5.0-0.deb12.4-amd64
    // Debian 13     6.12.38+deb13-cloud-amd64 linux-image-6.12.38+deb13-cloud-amd64
    // Debian 11     5.10.0-28-686-pae         linux-image-5.10.0-28-686-pae
    // Ubuntu 24.04  6.8.0-45-generic          linux-image-6.8.0-45-generic, linux-image-unsigned-6.8.0-45-generic
    // Raspbian 12   6.6.20+rpt-rpi-v8         linux-image-6.6.20+rpt-rpi-v8
    // Not kernels: linux-image-amd64 and linux-image-generic-hwe-22.04 (they depend on one),
    // linux-image-6.1.0-18-amd64-dbg.

    /// <summary>Null when the text is not a release of a distribution's kernel.</summary>
    public static KernelRelease? Parse(string text) =>
        Form().Match(text) is { Success: true } match
            ? new KernelRelease(text, match.Groups[1].Value, match.Groups[2].Value)
            : null;

    /// <summary>The kernel that a package of that name brings; null when it brings none.</summary>
    public static KernelRelease? OfPackage(string name)
    {
        const string Image = "linux-image-";
        const string Unsigned = "unsigned-";
        if (!name.StartsWith(Image, StringComparison.Ordinal) || name.EndsWith("-dbg", StringComparison.Ordinal))
            return null;
        var release = name[Image.Length..];
        if (release.StartsWith(Unsigned, StringComparison.Ordinal))
            release = release[Unsigned.Length..];
        if (release.EndsWith("-unsigned", StringComparison.Ordinal))
            release = release[..^"-unsigned".Length];
        return Parse(release);
    }

    [GeneratedRegex(
        @"^(\d+(?:\.\d+)*(?:\+[0-9A-Za-z.~]+)?(?:-\d+(?:\.[0-9A-Za-z~+]+)*)?)-(.+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Form();
}
