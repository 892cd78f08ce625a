using System.Collections.Concurrent;

namespace PatchTools.Testing.Rigs;

/// <summary>
/// A minimal Debian of the machine's own suite, made once by mmdebstrap(1) out of the machine's own apt sources with
/// their keys, and kept outside the repository. Nothing ever writes to it: tests work in an <see cref="OverlayRoot"/>
/// above it.
/// </summary>
public static class DebianRoot
{
    /// <summary>Counts up when what is made below changes.</summary>
    private const string Recipe = "1";

    private static readonly ConcurrentDictionary<string, Lazy<string>> Made = new(StringComparer.Ordinal);

    /// <summary>
    /// The root's folder, made at the first call on this machine (ten seconds to two minutes). A missing rig skips the
    /// test.
    /// </summary>
    /// <param name="packages">Names of further packages of the distribution that it has.</param>
    public static string Folder(IReadOnlyList<string> packages)
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("mmdebstrap", "unshare", "nsenter", "mount", "apt-get");
        Rig.NeedsFile("/etc/debian_version");
        return Made.GetOrAdd(
            string.Concat(packages.Select(p => "-" + p)),
            name => new Lazy<string>(() => Make(name, packages), LazyThreadSafetyMode.ExecutionAndPublication)
        ).Value;
    }

    /// <summary>
    /// Where roots are kept and mounted: <c>$XDG_CACHE_HOME/patchtools-rig</c>, else <c>/var/cache/patchtools-rig</c>.
    /// </summary>
    internal static string Cache { get; } =
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : "/var/cache",
            "patchtools-rig"
        );

    private static string Make(string name, IReadOnlyList<string> packages)
    {
        var suite = Suite();
        var root = Path.Combine(Cache, $"{suite}-{Recipe}{name}");
        Directory.CreateDirectory(Cache);
        using var alone = WaitForLock(Path.Combine(Cache, "lock"));
        if (Directory.Exists(root))
            return root;
        var unfinished = root + ".unfinished";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);

        // In memory first: dpkg writes every file through to the disk, which takes ten times as long there.
        var memory = Path.Combine(Cache, "memory");
        Directory.CreateDirectory(memory);
        RigProcess
            .Run(
                "unshare",
                [
                    "--mount",
                    "--propagation",
                    "private",
                    "bash",
                    "-c",
                    Recipes,
                    "rig",
                    memory,
                    unfinished,
                    suite,
                    string.Join(',', packages.Prepend("openssl")),
                    .. Sources(suite),
                ]
            )
            .Expect();
        Directory.Move(unfinished, root);
        return root;
    }

    // openssl: .NET's cryptography binds to its library. policy-rc.d: no service of a package may start.
    private const string Recipes = """
        set -euo pipefail
        memory=$1 result=$2 suite=$3 packages=$4; shift 4
        mount -t tmpfs -o mode=755,size=4g rig "$memory"
        export TMPDIR="$memory"
        printf '%s\n' "$@" | mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" "$suite" "$memory/root" -
        rm -f "$memory/root/etc/apt/sources.list" "$memory/root/etc/apt/sources.list.d/"*
        rm -rf "$memory/root/usr/share/"{doc,man,locale,info} "$memory/root/var/lib/apt/lists"
        printf '#!/bin/sh\nexit 101\n' > "$memory/root/usr/sbin/policy-rc.d"
        chmod 755 "$memory/root/usr/sbin/policy-rc.d"
        printf '127.0.0.1 localhost rig\n' > "$memory/root/etc/hosts"
        printf '0123456789abcdef0123456789abcdef\n' > "$memory/root/etc/machine-id"
        : > "$memory/root/etc/resolv.conf"
        mkdir -p "$memory/root/opt/rig/dotnet" "$memory/root/opt/rig/host" "$memory/root/srv/repo"
        cp -a "$memory/root" "$result"
        """;

    private static string Suite() =>
        File.ReadLines("/etc/os-release")
            .FirstOrDefault(line => line.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal))
            ?.Split('=')[1]
            .Trim('"')
        ?? throw new InvalidOperationException("/etc/os-release names no codename.");

    // REPO_URI RELEASE COMPONENT ORIGIN SIGNED_BY TRUSTED, a space between:
    // http://deb.debian.org/debian/ bookworm main Debian /usr/share/keyrings/debian-archive-keyring.gpg
    /// <summary>Sources of the distribution itself as apt sees them on this machine, as one-line entries.</summary>
    private static List<string> Sources(string suite)
    {
        var targets = RigProcess
            .Run(
                "apt-get",
                "indextargets",
                "--format",
                "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(SIGNED_BY)|$(TRUSTED)",
                "Created-By: Packages"
            )
            .Expect();
        List<string> sources = [];
        foreach (
            var line in targets
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Distinct(StringComparer.Ordinal)
        )
        {
            if (
                line.Split('|') is not [var uri, var release, "main", "Debian" or "Ubuntu", var keyring, var trusted]
                || !release.StartsWith(suite, StringComparison.Ordinal)
            )
                continue;
            List<string> options = [];
            if (keyring.StartsWith('/'))
                options.Add($"signed-by={keyring}");
            if (trusted == "yes")
                options.Add("trusted=yes");
            sources.Add($"deb {(options.Count > 0 ? $"[{string.Join(' ', options)}] " : "")}{uri} {release} main");
        }

        if (sources.Count == 0)
            Rig.Lacks($"package lists of {suite} (apt-get update)");
        return sources;
    }

    private static FileStream WaitForLock(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another test process makes the same root.
                Thread.Sleep(200);
            }
        }
    }
}
