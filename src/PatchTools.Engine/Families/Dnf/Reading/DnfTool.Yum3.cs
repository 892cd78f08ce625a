using PatchTools.Families.Rpm.Metadata;

namespace PatchTools.Families.Dnf.Reading;

/// <content>yum 3: Amazon Linux 1 and 2, Red Hat 7.</content>
internal sealed partial record DnfTool
{
    public static DnfTool Yum3 { get; } =
        new()
        {
            Name = "yum",
            Title = "yum 3",
            Family = PackageFamily.Yum,
            Command = "yum",
            WithoutPlugins = "--noplugins",
            AskAgain = [],
            SayChanges = ["--setopt=debuglevel=2"],
            AllOrNothing = ["--setopt=skip_broken=0"],

            // Told to update to a kernel, it installs it beside the others.
            InstallVerb = "update",
            TellsSizes = false,
            PlansForEveryone = false,
            RemoveOldKernels = "package-cleanup --oldkernels",
            MustNamePackages = true,
            Configuration = ["etc/yum.conf"],
            AddsUpConfiguration = false,
            TakesQuotesOff = false,
            VariableFolders = ["etc/yum/vars"],
            RepositoryFolders = ["/etc/yum/repos.d", "/etc/yum.repos.d"],
            MainSkipsRepositories = false,
            HasPluginsOn = false,
            PriorityPlugin = "etc/yum/pluginconf.d/priorities.conf",
            Priorities = PriorityRule.ByName,
            VersionLockFolder = "etc/yum/pluginconf.d",
            LocksBeginWithEpoch = true,

            // Of yum-utils 1.1.31 (needs-restarting.py).
            CorePackages =
            [
                "kernel",
                "kernel-rt",
                "glibc",
                "linux-firmware",
                "systemd",
                "udev",
                "openssl-libs",
                "gnutls",
                "dbus",
            ],
            CacheOption = "cachedir",
            CacheDirectory = "/var/cache/yum/$basearch/$releasever",
            NamesCacheByAddress = false,
            KeepsListsFlat = true,
            DatabaseFolder = "gen",
            ConfirmationFile = "cachecookie",
        };
}
