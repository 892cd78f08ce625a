using System.Collections.Concurrent;
using Xunit;

namespace PatchTools.Testing.Rigs;

/// <summary>
/// A minimal Debian of the machine's own suite or of another, made once by mmdebstrap(1) out of the machine's own apt
/// sources with their keys, and kept outside the repository. Nothing ever writes to it: tests work in an
/// <see cref="OverlayRoot"/> above it.
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
    /// <param name="release">Of which release; null for the machine's own.</param>
    public static string Folder(IReadOnlyList<string> packages, DebianRelease? release = null)
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("mmdebstrap", "unshare", "nsenter", "mount", "apt-get");
        Rig.NeedsFile("/etc/debian_version");
        var suite = release?.Codename ?? Suite();
        var root = Made.GetOrAdd(
            suite + string.Concat(packages.Select(p => "-" + p)),
            _ => new Lazy<string>(() => Make(suite, packages, release), LazyThreadSafetyMode.ExecutionAndPublication)
        );
        if (release is not { MayBeMissing: true })
            return root.Value;
        try
        {
            return root.Value;
        }
        catch (RootNotMadeException e)
        {
            // What is unstable may be out of order for days, and says nothing of PatchTools.
            Assert.Skip($"a root of {suite} cannot be made here: {e.Message}");
            throw;
        }
    }

    /// <summary>
    /// Version of a package in a root, without what Debian added to it; empty where the root has none.
    /// </summary>
    public static string VersionOf(string root, string package)
    {
        var stanza = File.ReadAllText(Path.Combine(root, "var/lib/dpkg/status"))
            .Split("\n\n")
            .FirstOrDefault(s => s.StartsWith($"Package: {package}\n", StringComparison.Ordinal));
        var version = stanza?.Split('\n').First(l => l.StartsWith("Version: ", StringComparison.Ordinal))[9..] ?? "";
        return version.Split('-', '+')[0];
    }

    /// <summary>
    /// Where roots are kept and mounted: <c>$XDG_CACHE_HOME/patchtools-rig</c>, else <c>/var/cache/patchtools-rig</c>.
    /// </summary>
    internal static string Cache { get; } =
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : "/var/cache",
            "patchtools-rig"
        );

    private static string Make(string suite, IReadOnlyList<string> packages, DebianRelease? release)
    {
        var name = string.Concat(packages.Select(p => "-" + p));
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
        var run = RigProcess.Run(
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
                .. release is null ? Sources(suite) : [SourceOf(release)],
            ]
        );
        if (run.ExitCode != 0)
            throw new RootNotMadeException($"mmdebstrap {suite} ended with {run.ExitCode}\n{run.Output}\n{run.Error}");
        Directory.Move(unfinished, root);
        return root;
    }

    // openssl: .NET's cryptography binds to its library. policy-rc.d: no service of a package may start.
    private const string Recipes = """
        set -euo pipefail
        memory=$1 result=$2 suite=$3 packages=$4; shift 4
        mount -t tmpfs -o mode=755,size=4g rig "$memory"
        export TMPDIR="$memory"
        printf '%s\n' "$@" | mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
          --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' "$suite" "$memory/root" -
        rm -f "$memory/root/etc/apt/apt.conf.d/99mmdebstrap"
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

    /// <summary>
    /// Another release is fetched from where the machine's own comes from, and its key is one of Debian's.
    /// </summary>
    private static string SourceOf(DebianRelease release)
    {
        const string keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
        Rig.NeedsFile(keyring);
        var suite = Suite();
        var address = Sources(suite)
            .Select(source => source.Split(' ').SkipWhile(word => !word.Contains("://", StringComparison.Ordinal)))
            .Where(words => words.ElementAtOrDefault(1) == suite)
            .Select(words => words.First())
            .FirstOrDefault();
        if (address is null)
            Rig.Lacks($"an apt source of {suite} that other releases can be fetched from");
        return $"deb [signed-by={keyring} check-valid-until=no] {address} {release.Codename} main";
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

/// <summary>A release of Debian beside the machine's own, for the package managers that it has.</summary>
/// <param name="Codename">As its folder on a mirror is called.</param>
public sealed record DebianRelease(string Codename)
{
    /// <summary>dnf 4.5, zypper 1.14.42, apt 2.2, rpm 4.16 with Berkeley DB, glibc 2.31.</summary>
    public static DebianRelease Bullseye { get; } = new("bullseye");

    /// <summary>dnf 4.23, zypper 1.14.89, apt 3.0, rpm 4.20.</summary>
    public static DebianRelease Trixie { get; } = new("trixie");

    /// <summary>dnf 5.4, zypper 1.14.101, apt 3.3, rpm 6.1, as long as it can be put together.</summary>
    public static DebianRelease Sid { get; } = new("sid") { MayBeMissing = true };

    /// <summary>A root that cannot be made skips its tests with the reason, also where rigs are required.</summary>
    public bool MayBeMissing { get; init; }
}

/// <summary>A root that mmdebstrap did not make, with its words.</summary>
public sealed class RootNotMadeException(string message) : Exception(message);
