using PatchTools.Families.Rpm.Metadata;

namespace PatchTools.Families.Dnf.Reading;

/// <content>dnf 5: Fedora from 41 on.</content>
internal sealed partial record DnfTool
{
    public static DnfTool Dnf5 { get; } =
        new()
        {
            Name = "dnf",
            Title = "dnf 5",
            Family = PackageFamily.Dnf,
            Command = "dnf5",
            WithoutPlugins = "--no-plugins",
            AskAgain = ["--refresh"],
            SayChanges = [],
            AllOrNothing = ["--best", "--setopt=skip_broken=0", "--setopt=skip_unavailable=0"],
            InstallVerb = "install",
            TellsSizes = true,
            PlansForEveryone = true,
            RemoveOldKernels = "dnf5 remove --oldinstallonly",
            ReadTable = DnfTable.Read,
            MustNamePackages = false,
            Configuration = ["usr/share/dnf5/libdnf.conf.d", "etc/dnf/libdnf5.conf.d", "etc/dnf/dnf.conf"],
            AddsUpConfiguration = true,
            TakesQuotesOff = true,
            VariableFolders = ["usr/share/dnf5/vars.d", "etc/dnf/vars"],
            OverrideFolders = ["usr/share/dnf5/repos.override.d", "etc/dnf/repos.override.d"],
            RepositoryFolders = ["/etc/yum.repos.d", "/etc/distro.repos.d", "/usr/share/dnf5/repos.d"],
            MainSkipsRepositories = true,
            HasPluginsOn = true,
            Priorities = PriorityRule.ByArchitectureAtAnyAge,
            VersionLockFile = "etc/dnf/versionlock.toml",
            ReadModules = ModuleState.ReadDnf5,

            // Of libdnf5 5.4 (filter_reboot_suggested), whose needs-restarting also asks advisories that suggest a
            // reboot.
            CorePackages =
            [
                "kernel",
                "kernel-core",
                "kernel-PAE",
                "kernel-rt",
                "kernel-smp",
                "kernel-xen",
                "linux-firmware",
                "microcode_ctl",
                "dbus",
                "glibc",
                "hal",
                "systemd",
                "udev",
                "gnutls",
                "openssl-libs",
                "dbus-broker",
                "dbus-daemon",
            ],
            CacheOption = "system_cachedir",
            CacheDirectory = "/var/cache/libdnf5",
            NamesCacheByAddress = true,
            KeepsListsFlat = false,
            MetalinkFile = "metalink.xml",
        };
}
