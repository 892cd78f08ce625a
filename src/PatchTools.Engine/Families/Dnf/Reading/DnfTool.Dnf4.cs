using PatchTools.Families.Rpm.Metadata;

namespace PatchTools.Families.Dnf.Reading;

/// <content>dnf 4: Red Hat 8 and 9, Amazon Linux 2023, Fedora up to 40.</content>
internal sealed partial record DnfTool
{
    public static DnfTool Dnf4 { get; } =
        new()
        {
            Name = "dnf",
            Title = "dnf 4",
            Family = PackageFamily.Dnf,
            Command = "dnf",
            WithoutPlugins = "--noplugins",
            AskAgain = ["--refresh"],
            SayChanges = ["--setopt=debuglevel=6"],
            AllOrNothing = ["--best", "--setopt=strict=1"],
            InstallVerb = "install",
            TellsSizes = true,
            PlansForEveryone = false,
            RemoveOldKernels = "dnf remove --oldinstallonly",
            MustNamePackages = false,
            Configuration = ["etc/dnf/dnf.conf", "etc/yum.conf"],
            AddsUpConfiguration = false,
            TakesQuotesOff = true,
            VariableFolders = ["etc/yum/vars", "etc/dnf/vars"],
            RepositoryFolders = ["/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d"],
            MainSkipsRepositories = true,
            HasPluginsOn = true,
            Priorities = PriorityRule.ByArchitecture,
            VersionLockFolder = "etc/dnf/plugins",
            ReadModules = (root, _, _) => ModuleState.Read(root),

            // NEED_REBOOT of dnf-plugins-core 4.3.1.
            CorePackages =
            [
                "kernel",
                "kernel-rt",
                "glibc",
                "linux-firmware",
                "systemd",
                "dbus",
                "dbus-broker",
                "dbus-daemon",
            ],
            CacheOption = "cachedir",
            CacheDirectory = "/var/cache/dnf",
            NamesCacheByAddress = true,
            KeepsListsFlat = false,
            MetalinkFile = "metalink.xml",
        };
}
