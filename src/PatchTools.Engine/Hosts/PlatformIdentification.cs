using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Model;

namespace PatchTools.Hosts;

/// <summary>
/// Which operating system a baseline override is searched for (reference 05 §3.3, §3.4): the agent's
/// <c>AWS_SSM_PLATFORM_NAME</c>, then os-release by its <c>ID</c>, then its <c>NAME</c>, then the release files of
/// systems older than os-release. The reference knows only names, and only quoted ones.
/// </summary>
internal static class PlatformIdentification
{
    /// <summary>
    /// The longest name contained in a text wins (reference 05 §3.4), with the systems of today added.
    /// </summary>
    private static readonly (string Name, string AwsName)[] Names =
    [
        ("Amazon Linux AMI", "AMAZON_LINUX"),
        ("Amazon Linux Bare Metal", "AMAZON_LINUX"),
        ("Amazon Linux 2022", "AMAZON_LINUX_2022"),
        ("Amazon Linux 2023", "AMAZON_LINUX_2023"),
        ("Amazon Linux", "AMAZON_LINUX_2"),
        ("AlmaLinux", "ALMA_LINUX"),
        ("CentOS", "CENTOS"),
        ("Debian", "DEBIAN"),
        ("Fedora", "REDHAT_ENTERPRISE_LINUX"),
        ("Oracle Linux", "ORACLE_LINUX"),
        ("Raspbian", "RASPBIAN"),
        ("Red Hat Enterprise Linux", "REDHAT_ENTERPRISE_LINUX"),
        ("Rocky Linux", "ROCKY_LINUX"),
        ("SLES", "SUSE"),
        ("SUSE Linux Enterprise", "SUSE"),
        ("openSUSE", "SUSE"),
        ("Ubuntu", "UBUNTU"),
    ];

    /// <summary>
    /// Files of systems without os-release, in the reference's order, and what their mere presence says.
    /// </summary>
    private static readonly (string Path, string? AwsName)[] ReleaseFiles =
    [
        ("/etc/centos-release", "CENTOS"),
        ("/etc/system-release", null),
        ("/etc/redhat-release", "REDHAT_ENTERPRISE_LINUX"),
    ];

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.BaselineOverrideUnsupportedSystem"/>.</exception>
    public static string AwsNameOf(HostContext host, OsRelease osRelease)
    {
        var identity = OperatingSystemIdentity.TryFrom(osRelease);
        if (host.Variable("AWS_SSM_PLATFORM_NAME") is { } platform && FromName(platform) is { } named)
        {
            // The agent says "Amazon Linux" of every release; os-release knows which.
            return
                named == "AMAZON_LINUX_2"
                && identity is not null
                && identity.AwsName.StartsWith("AMAZON_LINUX", StringComparison.Ordinal)
                ? identity.AwsName
                : named;
        }

        return identity?.AwsName
            ?? FromName(osRelease.Name)
            ?? FromName(osRelease.PrettyName)
            ?? ReleaseFiles
                .Select(file => FromFile(host.Paths.InRoot(file.Path), file.AwsName))
                .FirstOrDefault(name => name is not null)
            ?? throw new PatchToolsException(
                PatchErrors.BaselineOverrideUnsupportedSystem,
                $"The operating system of a baseline override cannot be told: neither AWS_SSM_PLATFORM_NAME "
                    + $"nor os-release (ID={osRelease.Id}, NAME={osRelease.Name}) names a known one.",
                osRelease.Id
            );
    }

    /// <summary>
    /// AWS's enum text of a platform name; the enum text itself counts too. Null when no known name is contained.
    /// </summary>
    internal static string? FromName(string text)
    {
        if (OperatingSystems.All.FirstOrDefault(s => s.AwsName == text) is { } system)
            return system.AwsName;
        return Names
            .Where(n => text.Contains(n.Name, StringComparison.Ordinal))
            .OrderByDescending(n => n.Name.Length)
            .Select(n => n.AwsName)
            .FirstOrDefault();
    }

    private static string? FromFile(string path, string? awsName)
    {
        if (!HostFiles.Exists(path))
            return null;
        if (awsName is not null)
            return awsName;
        try
        {
            var text = HostFiles.ReadAllText(path);
            var release = text.IndexOf("release", StringComparison.Ordinal);
            return FromName(release < 0 ? text : text[..release]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.BaselineOverrideUnsupportedSystem,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }
}
