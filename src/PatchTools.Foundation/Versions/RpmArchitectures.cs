using System.Runtime.InteropServices;

namespace PatchTools.Versions;

/// <summary>
/// rpm's architectures (rpmrc): which packages a machine takes, and the word that stands for them in addresses.
/// </summary>
internal static class RpmArchitectures
{
    private static readonly string[][] Families =
    [
        ["x86_64", "x86_64_v2", "x86_64_v3", "x86_64_v4", "amd64", "ia32e", "athlon", "i686", "i586", "i486", "i386"],
        ["i386", "athlon", "i686", "i586", "i486"],
        ["aarch64"],
        ["armhfp", "armv8hl", "armv7hnl", "armv7hl", "armv6hl"],
        ["ppc64le"],
        ["ppc64", "ppc"],
        ["s390x", "s390"],
        ["riscv64"],
        ["loongarch64"],
    ];

    /// <summary>rpm's word for the machine that this process runs on.</summary>
    public static string OfThisMachine =>
        RuntimeInformation.OSArchitecture switch
        {
            Architecture.Arm64 => "aarch64",
            Architecture.Arm => "armv7hl",
            Architecture.X86 => "i686",
            Architecture.S390x => "s390x",
            Architecture.Ppc64le => "ppc64le",
            Architecture.LoongArch64 => "loongarch64",
            _ => "x86_64",
        };

    /// <summary>The host's own machine; of a foreign root, what most of its packages are built for.</summary>
    /// <param name="root">Of the host or the image.</param>
    /// <param name="installed">Architectures of the installed packages, one for each.</param>
    public static string Of(string root, IEnumerable<string> installed)
    {
        if (root == "/")
            return OfThisMachine;
        var most = installed
            .Where(architecture => architecture is not ("noarch" or "(none)"))
            .GroupBy(architecture => architecture, StringComparer.Ordinal)
            .MaxBy(g => g.Count());
        return most is null ? OfThisMachine : Base(most.Key);
    }

    /// <summary>dnf's <c>$basearch</c>.</summary>
    public static string Base(string architecture) => FamilyOf(architecture)?[0] ?? architecture;

    /// <summary>Architectures whose packages such a machine takes, <c>noarch</c> among them.</summary>
    public static IReadOnlyList<string> Compatible(string architecture) =>
        [
            .. (FamilyOf(architecture) ?? [architecture])
                .Append(architecture)
                .Append("noarch")
                .Distinct(StringComparer.Ordinal),
        ];

    private static string[]? FamilyOf(string architecture) =>
        Families.FirstOrDefault(f => f[0] == architecture)
        ?? Families.FirstOrDefault(f => f.Contains(architecture, StringComparer.Ordinal));
}
