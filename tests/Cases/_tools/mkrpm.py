#!/usr/bin/env python3
"""mkrpm.py SPEC.json ROOT: writes a tiny rpm host below ROOT with its repositories in ROOT.repos. Needs rpmbuild, rpm, createrepo_c (modifyrepo_c), dnf or zypper for the cache."""
import json,sys,os,subprocess,hashlib,shutil,tempfile
spec=json.load(open(sys.argv[1])); root=os.path.abspath(sys.argv[2]); repos=root+'.repos'
CACHE=os.environ.get('RPMCACHE',os.path.join(os.environ.get('TMPDIR','/tmp'),'rpmcache')); os.makedirs(CACHE,exist_ok=True)
def w(p,t):
    p=os.path.join(root,p.lstrip('/')); os.makedirs(os.path.dirname(p),exist_ok=True); open(p,'w',newline='').write(t)
def build(p):
    key=hashlib.sha1(json.dumps(p,sort_keys=True).encode()).hexdigest()[:12]
    d=f'{CACHE}/{key}'
    if not os.path.isdir(d):
        t=tempfile.mkdtemp(dir=CACHE)
        s=f"Name: {p['n']}\nVersion: {p['v']}\nRelease: {p['r']}\nSummary: x\nLicense: x\n"
        if p.get('e') not in (None,'0',0): s+=f"Epoch: {p['e']}\n"
        if p.get('a','x86_64')=='noarch': s+='BuildArch: noarch\n'
        if 'vendor' in p: s+=f"Vendor: {p['vendor']}\n"
        for k in ('Provides','Obsoletes','Requires','Conflicts','Recommends'):
            for x in p.get(k.lower(),[]): s+=f'{k}: {x}\n'
        if 'mod' in p: s+=f"ModularityLabel: {p['mod']}\n"
        s+='%description\nx\n%files\n'
        open(t+'/p.spec','w').write(s)
        subprocess.run(['rpmbuild','-bb','--quiet','--target',p.get('a','x86_64'),'--define',f'_topdir {t}/top','--define','_rpmdir '+t+'/out','--define','_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm','--define','_buildhost x','--define','source_date_epoch_from_changelog 0',t+'/p.spec'],check=True,stderr=subprocess.DEVNULL)
        try: os.rename(t+'/out',d)      # several hosts are built at a time: the first to have it wins
        except OSError:
            if not os.path.isdir(d): raise
        shutil.rmtree(t)
    return [d+'/'+f for f in os.listdir(d)][0]
osr=spec.get('os',{'ID':'rocky','ID_LIKE':'"rhel centos fedora"','VERSION_ID':'"9.4"','PLATFORM_ID':'"platform:el9"','NAME':'"Rocky Linux"','PRETTY_NAME':'"Rocky Linux 9.4 (Blue Onyx)"'})
w('etc/os-release',''.join(f'{k}={v}\n' for k,v in osr.items()))
dbp=spec.get('dbpath','var/lib/rpm'); os.makedirs(f'{root}/{dbp}',exist_ok=True)
inst=[build(p) for p in spec['installed']]
subprocess.run(['rpm','--root',root,'--dbpath','/'+dbp,'-i','--justdb','--nodeps','--force','--oldpackage','--noscripts','--ignorearch','--nosignature','--nodigest',*inst],check=True) if inst else None
tool=spec.get('tool','dnf'); rd='etc/zypp/repos.d' if tool=='zypper' else 'etc/yum.repos.d'
if tool=='dnf': w('etc/dnf/dnf.conf',spec.get('conf','[main]\ngpgcheck=1\n'))
else: w('etc/zypp/zypp.conf',spec.get('conf','[main]\n'))
for r in spec['repos']:
    d=f"{repos}/{r['id']}"; os.makedirs(d,exist_ok=True)
    for p in r.get('pkgs',[]): shutil.copy(build(p),d)
    subprocess.run(['createrepo_c','-q',d],check=True)
    if 'updateinfo' in r:
        x=d+'/updateinfo.xml'; open(x,'w').write(r['updateinfo'])
        subprocess.run(['modifyrepo_c','--mdtype=updateinfo',x,d+'/repodata'],check=True,stdout=subprocess.DEVNULL)
    if 'modules' in r:
        x=d+'/modules.yaml'; open(x,'w').write(r['modules'])
        subprocess.run(['modifyrepo_c','--mdtype=modules',x,d+'/repodata'],check=True,stdout=subprocess.DEVNULL)
    base='dir:' if tool=='zypper' else 'file://'
    w(f"{rd}/{r['id']}.repo",f"[{r['id']}]\nname={r['id']}\nenabled=1\nbaseurl={base}{d}\ngpgcheck=0\n"+r.get('extra',''))
for k,v in spec.get('files',{}).items(): w(k,v)
env=dict(os.environ)
if spec.get('cache',True):
    if tool=='dnf': subprocess.run(['dnf','-q','--installroot',root,'--releasever','9','-y','makecache'],check=True)
    else: subprocess.run(['zypper','-q','--root',root,'-n','--no-gpg-checks','refresh'],check=False)
